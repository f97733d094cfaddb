// The same for many calendars, one after the other: each comes as a line of JSON, and so does what was understood.
import { createInterface } from "node:readline";
import { understood } from "./icaljs.mjs";

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(understood(JSON.parse(line)))}\n`);
}
