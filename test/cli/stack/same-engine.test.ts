import { expect } from "chai";
import { isFoundOn, requireSameEngine } from "../../../cli/stack/same-engine.ts";
import type { Session } from "../../../cli/stack/session.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { resourceTypes } from "../../../cli/pulumi/stack-state.ts";
import { rejection } from "../../support/rejection.ts";
import {
  container,
  containerResource,
  providerResource,
  resource,
  stateOf,
} from "../../support/state.ts";
import { passes } from "../../support/passes.ts";

const there = "ssh://ada@build-box";
const network = resource(resourceTypes.network, "network");
const volume = resource(resourceTypes.volume, "agent-stack-test-data");
const nothing = { containers: [], networks: [], exists: () => false };
const marks = { owner: "0123456789abcdef", stackName: "test" };

/** A session on the engine at `host`, which has `volumes` of the stack. */
function sessionOn(host: string, volumes: readonly string[] = []) {
  const docker = {
    listVolumes: () => Promise.resolve({ Volumes: volumes.map((Name) => ({ Name, Labels: {} })) }),
  };
  const engine = { environment: { DOCKER_HOST: host } };
  return { docker, engine, workspace: workspaceOf("/clone", "test") } as unknown as Session;
}

describe("the engine of a session and that of the state", () => {
  const state = stateOf(providerResource(there), containerResource("agent"), network, volume);

  it("are the same under one address, and where the state names none", async () => {
    await passes(requireSameEngine(sessionOn(there), state, nothing, marks));
    await passes(requireSameEngine(sessionOn("unix:///a.sock"), stateOf(network), nothing, marks));
  });

  it("are the same under two addresses where anything of the stack is found", async () => {
    const world = { ...nothing, containers: [container("agent")] };

    await requireSameEngine(sessionOn("unix:///a.sock"), state, world, marks);
    await requireSameEngine(
      sessionOn("unix:///a.sock", ["agent-stack-test-data"]),
      state,
      nothing,
      marks,
    );
    expect(
      isFoundOn(state, { world: { ...nothing, networks: ["id-of-network"] }, volumes: [] }),
    ).to.equal(true);
  });

  it("differ where nothing of it is found, which is refused with the address to use", async () => {
    const error = await rejection(
      requireSameEngine(sessionOn("unix:///a.sock"), state, nothing, marks),
    );

    expect(error.message).to.equal(
      `The stack test is on the Docker engine at ${there}, and nothing of it on the one at unix:///a.sock.`,
    );
    expect(error).to.have.property("remedy").that.includes(`DOCKER_HOST=${there}`);
  });

  it("do not matter to a stack that is nowhere", async () => {
    const nowhere = stateOf(providerResource(there));

    await passes(requireSameEngine(sessionOn("unix:///a.sock"), nowhere, nothing, marks));
  });

  it("differ where only another stack's containers are", () => {
    const world = { ...nothing, containers: [container("agent", { id: "other" })] };

    expect(isFoundOn(state, { world, volumes: ["agent-stack-other-data"] })).to.equal(false);
  });
});
