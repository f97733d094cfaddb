// Many calendars, one after the other: each comes as a line of JSON, and so does what was understood.
import { createInterface } from "node:readline";

export async function answer(understood) {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(understood(JSON.parse(line)))}\n`);
  }
}
