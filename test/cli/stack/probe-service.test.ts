import { expect } from "chai";
import type Docker from "dockerode";
import { isBroken, isHealthy } from "../../../cli/docker/container-state.ts";
import { conditionOf } from "../../../cli/diagnosis/dependency-chain.ts";
import { thisMachine } from "../../../cli/docker/host/engine-machine.ts";
import { probeService } from "../../../cli/stack/probe-service.ts";
import type { RunningStack } from "../../../cli/stack/running-stack.ts";
import { container } from "../../support/state.ts";

/** An engine that is not to be asked. */
const silent = {
  getContainer: () => {
    throw new Error("the engine was asked");
  },
} as unknown as Docker;

describe("a paused container", () => {
  const paused = container("agent", { paused: true });

  it("is not healthy, whatever Docker remembers, and up replaces it", () => {
    expect(isHealthy(paused)).to.equal(false);
    expect(isBroken(paused)).to.equal(true);
    expect(conditionOf(paused)).to.equal("paused");
  });

  it("is not entered by health, which Docker would refuse", async () => {
    const running = {
      containers: [paused],
      outputs: { healthPages: {} },
    } as unknown as RunningStack;

    const report = await probeService({ docker: silent, machine: thisMachine }, running, "agent");

    expect(report).to.deep.include({ healthy: false, check: "paused" });
  });
});
