import { expect } from "chai";
import type Docker from "dockerode";
import { requireOwnNetwork } from "../../../cli/deploy/require-own-network.ts";
import { labelNames } from "../../../infra/render-container.ts";
import { rejection } from "../../support/rejection.ts";
import { passes } from "../../support/passes.ts";

/** An engine with one network of the stack, and these containers on it, by id. */
function engineWith(own: readonly string[], onNetwork: Readonly<Record<string, string>>): Docker {
  const inspection = (id: string) => ({
    Id: id,
    Name: `/${id}`,
    State: { Running: true, Restarting: false, Paused: false, ExitCode: 0, StartedAt: "" },
    Config: { Labels: { [labelNames.service]: id }, Image: "x" },
    NetworkSettings: { Ports: {}, Networks: {} },
  });
  return {
    listContainers: () => Promise.resolve(own.map((Id) => ({ Id }))),
    getContainer: (id: string) => ({ inspect: () => Promise.resolve(inspection(id)) }),
    listNetworks: () => Promise.resolve([{ Id: "n", Name: "agent-stack-dev" }]),
    getNetwork: () => ({
      inspect: () =>
        Promise.resolve({
          Containers: Object.fromEntries(
            Object.entries(onNetwork).map(([id, name]) => [id, { Name: name }]),
          ),
        }),
    }),
  } as unknown as Docker;
}

const marks = { owner: "o", stackName: "dev" };

describe("taking a stack down", () => {
  it("goes on where only its own containers are on its network", async () => {
    await passes(requireOwnNetwork(engineWith(["a"], { a: "agent-stack-dev-agent" }), marks));
  });

  it("is refused before anything stops while somebody else's container is there", async () => {
    const docker = engineWith(["a"], { a: "agent-stack-dev-agent", b: "grafana" });

    const error = await rejection(requireOwnNetwork(docker, marks));

    expect(error.message).to.equal(
      "The network agent-stack-dev is used by grafana, which is not of this stack.",
    );
    expect(error.remedy).to.include("docker network disconnect agent-stack-dev grafana");
  });
});
