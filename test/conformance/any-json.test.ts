import { describeAnyJson } from "../support/any-json.ts";

// 10,000 in all: what a client, a model and a tool send. At night there are more of them.
describeAnyJson(Number(process.env["HOSTILE_CASES"] ?? 3334));
