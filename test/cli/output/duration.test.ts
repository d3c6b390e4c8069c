import { expect } from "chai";
import { duration, secondsTaken } from "../../../cli/output/duration.ts";

const minute = 60_000;

describe("a length of time", () => {
  for (const [milliseconds, one, two] of [
    [-5, "0 s", "0 s"],
    [999, "0 s", "0 s"],
    [59_999, "59 s", "59 s"],
    [72_000, "1 min", "1 min 12 s"],
    [60 * minute, "1 h", "1 h 0 min"],
    [26 * 60 * minute, "1 d", "1 d 2 h"],
  ] as const) {
    it(`of ${milliseconds} ms is "${one}", or "${two}" where it is counted`, () => {
      expect(duration(milliseconds)).to.equal(one);
      expect(duration(milliseconds, 2)).to.equal(two);
    });
  }

  it("that something took has a decimal place", () => {
    expect(secondsTaken(3449)).to.equal("3.4 s");
  });
});
