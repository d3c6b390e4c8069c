import { expect } from "chai";
import { describeDatabase } from "../../../cli/agent/describe-database.ts";

describe("what the agent's database contains, for people", () => {
  it("is in words, with sizes in units and large numbers in groups", () => {
    const text = describeDatabase({
      migration: "0001_schema",
      runs_in_flight: 0,
      messages: 1_234_567,
      database_bytes: 8_123_456,
    });

    expect(text.split("\n").map((line) => line.trim().split(/ {2,}/u))).to.deep.equal([
      ["migration", "0001_schema"],
      ["runs in flight", "0"],
      ["messages", "1,234,567"],
      ["database size", "8.1 MB"],
    ]);
  });
});
