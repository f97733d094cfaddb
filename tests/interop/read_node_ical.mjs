// Reads a calendar with node-ical from standard input; writes what it understood as JSON.
import { readFileSync } from "node:fs";
import ical from "node-ical";

const told = (value) => (typeof value === "object" && value ? value.val : value) ?? "";
const time = (at) => {
  if (at.dateOnly) {
    const pad = (number) => String(number).padStart(2, "0");
    return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  }
  return at.getTime() / 1000;
};
const events = Object.values(ical.sync.parseICS(readFileSync(0, "utf8")))
  .filter((part) => part.type === "VEVENT")
  .map((event) => ({
    uid: event.uid,
    start: time(event.start),
    end: time(event.end),
    title: told(event.summary),
    place: told(event.location),
    description: told(event.description),
    status: event.status,
    sequence: Number(event.sequence),
  }));
process.stdout.write(JSON.stringify(events));
