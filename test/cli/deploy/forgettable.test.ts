import { expect } from "chai";
import { forgettable } from "../../../cli/deploy/forgettable.ts";
import {
  resourceTypes,
  type StackState,
  type StateResource,
} from "../../../cli/pulumi/stack-state.ts";

const urnOf = (type: string, name: string) => `urn:pulumi:dev::agent-stack::${type}::${name}`;

function resource(type: string, name: string, more: Partial<StateResource> = {}): StateResource {
  return { urn: urnOf(type, name), type, id: name, ...more };
}

const network = resource(resourceTypes.network, "network");
const image = resource(resourceTypes.image, "image-agent", { inputs: { keepLocally: true } });
const volume = resource(resourceTypes.volume, "volume-data", {});
const container = resource(resourceTypes.container, "agent", { dependencies: [network.urn] });
const schema = resource(resourceTypes.command, "memory-schema", {
  inputs: { create: "docker exec …" },
  dependencies: [container.urn],
});
const stack = resource("pulumi:pulumi:Stack", "agent-stack-dev");

function stateOf(...resources: StateResource[]): StackState {
  return { resources, pending: [] };
}

const whole = stateOf(stack, network, image, volume, container, schema);

describe("forgettable", () => {
  it("is containers and networks after a down, and all of it with the data", () => {
    expect(forgettable(whole, false)).to.deep.equal([container.urn, network.urn]);
    expect(forgettable(whole, true)).to.equal("all");
  });

  it("is nothing of a state that has lost everything", () => {
    expect(forgettable(stateOf(), true)).to.deep.equal([]);
    expect(forgettable(stateOf(stack, image), false)).to.deep.equal([]);
  });

  const cases: readonly [string, StackState, boolean][] = [
    [
      "a step was never finished",
      { ...whole, pending: [{ type: "creating", resource: image }] },
      false,
    ],
    [
      "a resource of the user's own depends on a container",
      stateOf(
        network,
        container,
        resource("postgresql:index:Database", "mine", { dependencies: [container.urn] }),
      ),
      false,
    ],
    [
      "a part of such a resource is left",
      stateOf(network, resource("aws:s3:Bucket", "mine", { parent: network.urn })),
      false,
    ],
    [
      "resources of the user's own go, too",
      stateOf(network, resource("aws:s3:Bucket", "mine")),
      true,
    ],
    [
      "a script has something to do at its end",
      stateOf(network, { ...schema, inputs: { delete: "rm" }, dependencies: [network.urn] }),
      false,
    ],
    ["an image is to be deleted with it", stateOf(network, { ...image, inputs: {} }), true],
    [
      "a container waits beside its successor for its deletion",
      stateOf(container, container),
      false,
    ],
  ];
  for (const [why, state, everything] of cases) {
    it(`leaves it to the engine where ${why}`, () => {
      expect(forgettable(state, everything)).to.equal(undefined);
    });
  }

  it("leaves resources of the user's own alone where they do not depend on what goes", () => {
    const mine = resource("aws:s3:Bucket", "mine");

    expect(forgettable(stateOf(network, container, mine), false)).to.have.members([
      network.urn,
      container.urn,
    ]);
  });
});
