import { expect } from "chai";
import { withConfigFile } from "../../../cli/pulumi/with-config-file.ts";

const ours = ["--config-file", "/ours.yaml"];
const of = (...words: string[]) => withConfigFile(words, "/ours.yaml");

describe("the settings file of a Pulumi command", () => {
  it("is ours where the command would write the user's", () => {
    expect(of("up", "--yes")).to.deep.equal(["up", ...ours, "--yes"]);
    expect(of("--non-interactive", "preview", "--diff")).to.deep.equal([
      "--non-interactive",
      "preview",
      ...ours,
      "--diff",
    ]);
    expect(of("refresh")).to.deep.equal(["refresh", ...ours]);
    expect(of("destroy")).to.deep.equal(["destroy", ...ours]);
  });

  it("is the user's for what changes it on purpose, and for commands that know no such option", () => {
    for (const words of [
      ["config", "set", "agentPort", "8001"],
      ["stack", "init", "two"],
      ["about"],
    ]) {
      expect(of(...words)).to.deep.equal(words);
    }
  });

  it("is what the user named, and another project's own", () => {
    expect(of("up", "--config-file=mine.yaml")).to.deep.equal(["up", "--config-file=mine.yaml"]);
    expect(of("-C", "docs/examples/own-program", "up")).to.deep.equal([
      "-C",
      "docs/examples/own-program",
      "up",
    ]);
  });
});
