import { expect } from "chai";
import { ensureEngine } from "../../../../cli/docker/host/docker-host.ts";
import { SilentEngineError } from "../../../../cli/docker/host/probe.ts";
import { machineThatStarts } from "../../../support/machine-that-starts.ts";

const options = {
  environment: {},
  report: () => undefined,
  confirm: () => Promise.resolve(false),
  signal: new AbortController().signal,
};

describe("an engine that listens and does not answer", () => {
  it("is waited for while its daemon is starting, and no second one is started", async () => {
    expect(await ensureEngine(machineThatStarts(3, true), options)).to.deep.include({
      engineVersion: "28.1.0",
    });
  });

  it("is reported at once where no daemon of this machine runs", async () => {
    const outcome: unknown = await ensureEngine(machineThatStarts(3, false), options).catch(
      (error: unknown) => error,
    );

    expect(outcome).to.be.instanceOf(SilentEngineError);
  });
});
