// Reads a calendar with ical.js from standard input; writes what it understood as JSON.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

ICAL.design.strict = true;
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(new ICAL.Timezone(zone));
}
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component, { strictExceptions: true });
  return {
    uid: event.uid,
    start: event.startDate.isDate ? event.startDate.toString() : event.startDate.toUnixTime(),
    end: event.endDate.isDate ? event.endDate.toString() : event.endDate.toUnixTime(),
    title: event.summary,
    place: event.location,
    description: event.description,
    status: component.getFirstPropertyValue("status"),
    sequence: event.sequence,
  };
});
process.stdout.write(JSON.stringify(events));
