import type { automation } from "@pulumi/pulumi";
import { expect } from "chai";
import { activityOf, collectErrors } from "../../../cli/pulumi/engine-events.ts";
import { resourceTypes } from "../../../cli/pulumi/stack-state.ts";
import { urn } from "../../support/state.ts";

function before(type: string, name: string, op: string): automation.EngineEvent {
  const metadata = { urn: urn(type, name), type, op };
  return { resourcePreEvent: { metadata } } as unknown as automation.EngineEvent;
}

function after(type: string, name: string, op: string): automation.EngineEvent {
  const metadata = { urn: urn(type, name), type, op };
  return { resOutputsEvent: { metadata } } as unknown as automation.EngineEvent;
}

describe("activityOf", () => {
  it("words the life of a container", () => {
    const { container } = resourceTypes;

    const words = [
      before(container, "agent", "delete-replaced"),
      before(container, "agent", "create-replacement"),
      after(container, "agent", "create-replacement"),
    ].map((event) => activityOf(event)?.message);

    expect(words).to.deep.equal(["stopping", "replacing", "healthy"]);
  });

  it("does not take the death of the old container for the end of a replacement", () => {
    expect(activityOf(after(resourceTypes.container, "agent", "delete-replaced"))).to.equal(
      undefined,
    );
  });

  it("takes no row up again for what a command's successor has replaced", () => {
    const { command } = resourceTypes;
    const statuses = [
      before(command, "memory-schema", "create-replacement"),
      after(command, "memory-schema", "create-replacement"),
      before(command, "memory-schema", "delete-replaced"),
      after(command, "memory-schema", "delete-replaced"),
    ].map((event) => activityOf(event)?.status);

    expect(statuses).to.deep.equal(["running", "done", undefined, undefined]);
  });

  it("is silent on what a user need not see", () => {
    expect(activityOf(before(resourceTypes.network, "network", "create"))).to.equal(undefined);
    expect(activityOf(before(resourceTypes.container, "agent", "same"))).to.equal(undefined);
    expect(activityOf(before(resourceTypes.image, "image-agent", "delete"))).to.equal(undefined);
    // The engine forgets that a command ran; what it made stays.
    const command = resourceTypes.command;
    expect(activityOf(after(command, "memory-schema", "delete"))).to.equal(undefined);
  });

  it("speaks of images that are built, and not of those that were pulled before it ran", () => {
    const image = (state: object, kind: "resourcePreEvent" | "resOutputsEvent") => {
      const urnOf = urn(resourceTypes.image, "image-qdrant");
      const metadata = { urn: urnOf, type: resourceTypes.image, op: "create", new: state };
      return activityOf({ [kind]: { metadata } } as unknown as automation.EngineEvent)?.message;
    };
    const built = { inputs: { name: "agent-stack/qdrant:1", build: { context: ".." } } };
    const pulled = { inputs: { name: "qdrant/qdrant:v1" } };

    expect(image(built, "resourcePreEvent")).to.equal("building");
    expect(image(built, "resOutputsEvent")).to.equal("built");
    expect(image(pulled, "resourcePreEvent")).to.equal(undefined);
    expect(image(pulled, "resOutputsEvent")).to.equal(undefined);
  });

  it("names images and one-off steps in a user's words", () => {
    expect(activityOf(before(resourceTypes.image, "image-model", "create"))).to.deep.include({
      phase: "images",
      subject: "model",
    });
    expect(activityOf(before(resourceTypes.command, "base-image", "create"))).to.deep.include({
      phase: "images",
      subject: "base",
    });
    expect(activityOf(before(resourceTypes.command, "memory-schema", "create"))).to.deep.include({
      phase: "services",
      subject: "memory schema",
    });
  });
});

describe("collectErrors", () => {
  it("keeps errors by resource, without the engine's colours", () => {
    const { onEvent, errors } = collectErrors();
    const diagnosticEvent = {
      urn: "u",
      severity: "error",
      message: "<{%reset%}>broken<{%reset%}>\n",
    };

    onEvent({ diagnosticEvent } as unknown as automation.EngineEvent);
    onEvent({
      diagnosticEvent: { ...diagnosticEvent, severity: "warning" },
    } as unknown as automation.EngineEvent);

    expect([...errors]).to.deep.equal([["u", ["broken"]]]);
  });
});
