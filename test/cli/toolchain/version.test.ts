import { expect } from "chai";
import { isInRange, versionIn } from "../../../cli/toolchain/version.ts";

describe("a tool's version", () => {
  for (const [answer, version] of [
    ["v3.274.1\n", "3.274.1"],
    ["go1.27", "1.27"],
    ["pulumi-resource-docker version 5.2.0-beta.1", "5.2.0"],
  ] as const) {
    it(`is ${version} where the tool says ${JSON.stringify(answer)}`, () => {
      expect(versionIn(answer)).to.equal(version);
    });
  }

  it("is unknown where the tool names none", () => {
    expect(versionIn("command not found")).to.equal(undefined);
  });

  it("is compared by number, not by letter", () => {
    expect(isInRange("3.1000.0", { atLeast: "3.270.0", below: "4.0.0" })).to.equal(true);
    expect(isInRange("3.27.9", { atLeast: "3.270.0" })).to.equal(false);
  });

  it("may be the lowest of a range, but not its upper end", () => {
    expect(isInRange("3.270.0", { atLeast: "3.270.0", below: "4.0.0" })).to.equal(true);
    expect(isInRange("4.0.0", { atLeast: "3.270.0", below: "4.0.0" })).to.equal(false);
  });

  it("without a patch number is the first of its minor version", () => {
    expect(isInRange("1.27", { atLeast: "1.26.6" })).to.equal(true);
    expect(isInRange("1.26", { atLeast: "1.26.6" })).to.equal(false);
  });
});
