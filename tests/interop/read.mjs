// Reads a calendar with ical.js from standard input; writes what it understood as JSON.
import { readFileSync } from "node:fs";
import { understood } from "./icaljs.mjs";

process.stdout.write(JSON.stringify(understood(readFileSync(0, "utf8"))));
