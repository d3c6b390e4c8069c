import { expect } from "chai";
import { needsStack } from "../../../cli/commands/pulumi.ts";

describe("./stack pulumi", () => {
  it("makes the stack in the state for a command that works on it", () => {
    for (const words of [
      "preview --diff",
      "config set agentPort 8001",
      "up --yes",
      "stack output",
    ]) {
      expect(needsStack(words.split(" ")), words).to.equal(true);
    }
  });

  it("leaves the state alone for a command that names a stack, or needs none", () => {
    for (const words of [
      "preview --stack two",
      "preview -s two",
      "version",
      "stack init x",
      "up -h",
    ]) {
      expect(needsStack(words.split(" ")), words).to.equal(false);
    }
  });
});
