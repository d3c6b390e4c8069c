import { describeAnyJson } from "../support/any-json.ts";

// Two positions; at night there are more of them.
describeAnyJson(Number(process.env["HOSTILE_CASES"] ?? 5000));
