import { expect } from "chai";
import { imageResources } from "../../../cli/history/roll-back.ts";
import { resourceTypes } from "../../../cli/stack-state.ts";
import { containerResource, resource, stateOf } from "../../support/state.ts";

describe("the image resources that a rollback leaves as they are", () => {
  it("are those of the state, each once, though a failed update left an old one beside the new", () => {
    const state = stateOf(
      resource(resourceTypes.command, "base-image"),
      resource(resourceTypes.command, "memory-schema"),
      resource(resourceTypes.image, "image-agent", "new"),
      resource(resourceTypes.image, "image-agent", "old"),
      containerResource("agent"),
    );

    expect(imageResources(state)).to.deep.equal([
      { name: "image-agent", isCommand: false },
      { name: "base-image", isCommand: true },
    ]);
  });
});
