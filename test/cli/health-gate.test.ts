import { expect } from "chai";
import type Docker from "dockerode";
import { healthGate } from "../../cli/health-gate.ts";
import { labelNames } from "../../infra/render-container.ts";

/** An engine with one container, whose health is what `health` says at each look. */
function engine(health: () => string): Docker {
  const inspected = () => ({
    Id: "one",
    Name: "/agent",
    Image: "sha256:1",
    RestartCount: 0,
    Config: { Labels: { [labelNames.service]: "agent" }, Image: "agent" },
    NetworkSettings: { Ports: {}, Networks: {} },
    State: {
      ...{ Running: true, Restarting: false, OOMKilled: false, ExitCode: 0, StartedAt: "now" },
      Health: { Status: health() },
    },
  });
  return {
    listContainers: () => Promise.resolve([{ Id: "one" }]),
    getContainer: () => ({ inspect: () => Promise.resolve(inspected()) }),
  } as unknown as Docker;
}

const marks = { owner: "me", stackName: "test" };

describe("the health gate", () => {
  it("waits for a service that is still starting", async () => {
    const answers = ["starting", "healthy"];
    const docker = engine(() => answers.shift() ?? "healthy");
    const { signal } = new AbortController();
    const options = { patienceMilliseconds: 10_000, signal };

    expect(await healthGate(docker, marks, ["agent"], options)).to.deep.equal([]);
  });

  it("ends at Ctrl-C, however long the service takes", async () => {
    const interrupt = new AbortController();
    const gate = healthGate(
      engine(() => "starting"),
      marks,
      ["agent"],
      { patienceMilliseconds: 180_000, signal: interrupt.signal },
    );
    setTimeout(() => {
      interrupt.abort();
    }, 50);

    expect(await gate.catch((error: unknown) => error)).to.have.property("name", "AbortError");
  });
});
