// What node-ical (MagicMirror's, Node-RED's) understands of calendars.
import ical from "node-ical";
import { answer } from "./lines.mjs";

const told = (value) => (typeof value === "object" && value ? value.val : value) ?? "";
const time = (at) => {
  if (at.dateOnly) {
    const pad = (number) => String(number).padStart(2, "0");
    return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  }
  return at.getTime() / 1000;
};

await answer((text) =>
  Object.values(ical.sync.parseICS(text))
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
    })),
);
