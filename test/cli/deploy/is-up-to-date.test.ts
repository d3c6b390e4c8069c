import { expect } from "chai";
import type { ContainerState } from "../../../cli/docker/container-state.ts";
import { imageName } from "../../../infra/image-plan.ts";
import { isUpToDate } from "../../../cli/deploy/is-up-to-date.ts";
import { diverge } from "../../../cli/stack/divergence.ts";
import { resourceTypes } from "../../../cli/pulumi/stack-state.ts";
import { stateAfterUp } from "../../support/state-after-up.ts";
import { container, resource } from "../../support/state.ts";
import { desiredWith } from "../../support/desired.ts";

const desired = desiredWith();
const healthy = desired.specs.map(({ name }) => container(name));

function judge(
  wanted: typeof desired,
  containers: readonly ContainerState[],
  exists = true,
): boolean {
  const state = stateAfterUp(desired);
  const world = { containers, networks: [], exists: () => exists };
  return isUpToDate(wanted, state, world, diverge(state, world));
}

describe("isUpToDate", () => {
  it("is content when the record is equal and every service healthy", () => {
    expect(judge(desired, healthy)).to.equal(true);
  });

  it("sees a changed setting, even of a secret", () => {
    expect(judge(desiredWith({ LOG_LEVEL: "debug" }), healthy)).to.equal(false);
    expect(judge(desiredWith({ QDRANT_API_KEY: "a-new-secret" }), healthy)).to.equal(false);
  });

  it("sees an unhealthy, a missing and an extra container", () => {
    const [first, ...rest] = healthy;
    if (!first) throw new Error("no service");

    expect(judge(desired, [{ ...first, health: "unhealthy" }, ...rest])).to.equal(false);
    expect(judge(desired, rest)).to.equal(false);
    expect(judge(desired, [...healthy, container("agent", { id: "other" })])).to.equal(false);
  });

  it("sees a state of before the explicit Docker provider", () => {
    const { resources, pending } = stateAfterUp(desired);
    const former = resources.filter(({ type }) => type !== "pulumi:providers:docker");
    const state = { resources: former, pending };
    const world = { containers: healthy, networks: [], exists: () => true };

    expect(isUpToDate(desired, state, world, diverge(state, world))).to.equal(false);
  });

  it("sees that something the state names is gone", () => {
    expect(judge(desired, healthy, false)).to.equal(false);
  });

  it("sees an image in the state that is not the one that is wanted", () => {
    const [name = "", image] = [...desired.images.services][0] ?? [];
    const withImage = (tag: string) => {
      const made = { ...resource(resourceTypes.image, `image-${name}`), outputs: { name: tag } };
      const { resources, pending } = stateAfterUp(desired);
      const state = { resources: [...resources, made], pending };
      const world = { containers: healthy, networks: [], exists: () => true };
      return isUpToDate(desired, state, world, diverge(state, world));
    };
    if (!image) throw new Error("no image");

    expect(withImage(imageName(image))).to.equal(true);
    expect(withImage("agent-stack/x:of-a-rolled-back-update")).to.equal(false);
  });

  it("is not content before the first up", () => {
    const state = { resources: [resource(resourceTypes.network, "network")], pending: [] };
    const world = { containers: healthy, networks: [], exists: () => true };

    expect(isUpToDate(desired, state, world, diverge(state, world))).to.equal(false);
  });
});
