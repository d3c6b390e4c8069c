import { expect } from "chai";
import { keptResources } from "../../../cli/deploy/roll-back.ts";
import { resourceTypes } from "../../../cli/pulumi/stack-state.ts";
import { goodStack } from "../../support/good-stack.ts";
import { containerResource, resource, stateOf, urn } from "../../support/state.ts";

const shared = urn(resourceTypes.agentStack, "agent-stack");
const partOf = (service: string) => urn(resourceTypes.service, service);

describe("the resources that a rollback leaves as they are", () => {
  it("are the state's images, each once, and what prepared a volume, though a failed update left an old one beside the new", () => {
    const state = stateOf(
      resource(resourceTypes.command, "base-image"),
      resource(resourceTypes.command, "memory-schema"),
      { ...resource(resourceTypes.command, "model-weights"), parent: partOf("model") },
      { ...resource(resourceTypes.image, "image-agent", "new"), parent: partOf("agent") },
      { ...resource(resourceTypes.image, "image-agent", "old"), parent: partOf("agent") },
      { ...resource(resourceTypes.image, "image-python"), parent: shared },
      containerResource("agent"),
    );

    const good = goodStack("2026-01-01T00:00:00.000Z", { IMAGE_SOURCE: "registry" });

    expect(keptResources(state, good)).to.deep.equal([
      { name: "image-agent", isCommand: false, service: "agent" },
      { name: "image-python", isCommand: false, service: undefined },
      { name: "base-image", isCommand: true, service: undefined },
      { name: "model-weights", isCommand: true, service: "model" },
    ]);
  });
});
