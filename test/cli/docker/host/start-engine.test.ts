import { expect } from "chai";
import type { Daemon } from "../../../../cli/docker/host/daemon.ts";
import { untilItAnswers } from "../../../../cli/docker/host/start-engine.ts";
import { StackError } from "../../../../infra/stack-error.ts";
import { machineThatStarts } from "../../../support/machine-that-starts.ts";

async function failure(limitMs: number, daemon: Daemon): Promise<StackError> {
  const outcome: unknown = await untilItAnswers(
    {
      machine: machineThatStarts(Infinity, true),
      environment: {},
      progress: { say: () => undefined, done: () => undefined },
      signal: new AbortController().signal,
      limitMs,
    },
    daemon,
  ).catch((error: unknown) => error);
  if (!(outcome instanceof StackError)) throw new Error("the engine answered");
  return outcome;
}

describe("an engine that is started and does not answer", () => {
  it("is waited for no longer once it has ended, and its last lines are shown", async () => {
    const error = await failure(600_000, {
      ended: () => "ended with exit code 1",
      lastLines: () => ["no space left on device"],
    });

    expect(error.message).to.equal("The Docker engine ended with exit code 1.");
    expect(error.details).to.deep.equal(["no space left on device"]);
  });

  it("is given up in the end, though it runs", async () => {
    const error = await failure(0, {
      ended: () => undefined,
      lastLines: () => ["Loading containers: start."],
    });

    expect(error.message).to.include("does not answer within");
    expect(error.remedy).to.include("docker info");
    expect(error.details).to.deep.equal(["Loading containers: start."]);
  });
});
