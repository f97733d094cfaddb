// What ical.js (Thunderbird's, Nextcloud's) understands of calendars.
import ICAL from "ical.js";
import { answer } from "./lines.mjs";

ICAL.design.strict = true;

await answer((text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  }
  return calendar.getAllSubcomponents("vevent").map((component) => {
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
});
