import { expect } from "chai";
import { diverge } from "../../../cli/stack/divergence.ts";
import { resourceTypes } from "../../../cli/pulumi/stack-state.ts";
import { container, containerResource, resource, stateOf, urn } from "../../support/state.ts";

const everythingExists = () => true;

describe("diverge", () => {
  it("finds nothing where state and world agree", () => {
    const state = stateOf(containerResource("agent"));

    const found = diverge(state, {
      containers: [container("agent")],
      networks: [],
      exists: everythingExists,
    });

    expect(found).to.deep.equal({
      discard: [],
      discardNetworks: [],
      clearPending: false,
      missing: [],
      replace: [],
    });
  });

  it("reads again what is gone", () => {
    const state = stateOf(containerResource("agent"), containerResource("qdrant"));

    const found = diverge(state, {
      containers: [container("agent")],
      networks: [],
      exists: ({ urn: name }) => !name.endsWith("qdrant"),
    });

    expect(found.missing).to.deep.equal([urn(resourceTypes.container, "qdrant")]);
    expect(found.replace).to.deep.equal([]);
  });

  it("replaces what ends again and again, though Docker calls it starting each time", () => {
    const state = stateOf(...["a", "b", "c"].map(containerResource));

    const found = diverge(state, {
      containers: [
        container("a", { running: false, restarting: true, health: "starting", restarts: 4 }),
        container("b", { health: "starting", restarts: 2 }),
        container("c", { health: "healthy", restarts: 5 }),
      ],
      networks: [],
      exists: everythingExists,
    });

    expect(found.replace).to.deep.equal(
      ["a", "b"].map((name) => urn(resourceTypes.container, name)),
    );
  });

  it("replaces what is stopped or unhealthy, and lets what still starts be", () => {
    const state = stateOf(...["a", "b", "c"].map(containerResource));

    const found = diverge(state, {
      containers: [
        container("a", { running: false, health: "none", exitCode: 137 }),
        container("b", { health: "unhealthy" }),
        container("c", { health: "starting" }),
      ],
      networks: [],
      exists: everythingExists,
    });

    expect(found.replace).to.deep.equal(
      ["a", "b"].map((name) => urn(resourceTypes.container, name)),
    );
  });

  it("discards a container that the state does not know", () => {
    const orphan = container("agent", { id: "orphan" });

    const found = diverge(stateOf(), {
      containers: [orphan],
      networks: [],
      exists: everythingExists,
    });

    expect(found.discard).to.deep.equal([orphan]);
  });

  it("replaces what was disconnected from the stack's network, healthy as it calls itself", () => {
    const network = resource(resourceTypes.network, "network");
    const state = stateOf(network, ...["a", "b", "c"].map(containerResource));

    const found = diverge(state, {
      containers: [
        container("a"),
        container("b", { networks: [] }),
        container("c", { networks: ["another"] }),
      ],
      networks: ["id-of-network"],
      exists: everythingExists,
    });

    expect(found.replace).to.deep.equal(
      ["b", "c"].map((name) => urn(resourceTypes.container, name)),
    );
  });

  it("removes a network of the stack's that a lost state does not know, and keeps its own", () => {
    const state = stateOf(resource(resourceTypes.network, "network", "known"));
    const world = { containers: [], networks: ["known", "lost"], exists: everythingExists };

    expect(diverge(state, world).discardNetworks).to.deep.equal(["lost"]);
  });

  it("discards a half-made container, and has its pending creation forgotten", () => {
    const pending = { type: "creating" as const, resource: containerResource("agent") };
    const halfMade = container("agent", { id: "half-made", health: "starting" });

    const found = diverge(
      { resources: [], pending: [pending] },
      { containers: [halfMade], networks: [], exists: everythingExists },
    );

    expect(found.discard).to.deep.equal([halfMade]);
    expect(found.clearPending).to.equal(true);
  });

  it("never refreshes over an init error while its container is there: it is discarded first", () => {
    const failed = { ...containerResource("agent"), initErrors: ["did not turn healthy"] };
    const broken = container("agent", { health: "unhealthy" });

    const found = diverge(stateOf(failed), {
      containers: [broken],
      networks: [],
      exists: everythingExists,
    });

    expect(found.discard).to.deep.equal([broken]);
    expect(found.clearPending).to.equal(true);
    expect(found.replace).to.deep.equal([]);
  });

  it("makes the base image's script run again when the image is gone: reading it can't tell", () => {
    const base = resource(resourceTypes.command, "base-image");

    const found = diverge(stateOf(base), { containers: [], networks: [], exists: () => false });

    expect(found.replace).to.deep.equal([base.urn]);
    expect(found.missing).to.deep.equal([]);
  });

  it("prepares a volume again when the one that was prepared is gone", () => {
    const volume = resource(resourceTypes.volume, "volume-gguf-weights");
    const weights = {
      ...resource(resourceTypes.command, "model-weights"),
      dependencies: [volume.urn],
    };
    const state = stateOf(volume, weights);
    const world = { containers: [], networks: [] };

    const found = diverge(state, { ...world, exists: ({ urn: name }) => name !== volume.urn });

    expect(found.missing).to.deep.equal([volume.urn]);
    expect(found.replace).to.deep.equal([weights.urn]);
    expect(diverge(state, { ...world, exists: everythingExists }).replace).to.deep.equal([]);
  });
});
