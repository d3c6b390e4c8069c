import { expect } from "chai";
import type Docker from "dockerode";
import { requireOwnNetwork } from "../../../cli/deploy/require-own-network.ts";
import { rejection } from "../../support/rejection.ts";
import { passes } from "../../support/passes.ts";

/** An engine with one network, and these containers on it, by id. */
function engineWith(onNetwork: Readonly<Record<string, string>>): Docker {
  const Containers = Object.fromEntries(
    Object.entries(onNetwork).map(([id, name]) => [id, { Name: name }]),
  );
  const inspect = () => Promise.resolve({ Name: "agent-stack-dev", Containers });
  return { getNetwork: () => ({ inspect }) } as unknown as Docker;
}

describe("taking a stack down", () => {
  it("goes on where only its own containers are on its network", async () => {
    await passes(requireOwnNetwork(engineWith({ a: "agent-stack-dev-agent" }), ["n"], ["a"]));
  });

  it("is refused before anything stops while somebody else's container is there", async () => {
    const docker = engineWith({ a: "agent-stack-dev-agent", b: "grafana" });

    const error = await rejection(requireOwnNetwork(docker, ["n"], ["a"]));

    expect(error.message).to.equal(
      "The network agent-stack-dev is used by grafana, which is not of this stack.",
    );
    expect(error.remedy).to.include("docker network disconnect agent-stack-dev grafana");
  });
});
