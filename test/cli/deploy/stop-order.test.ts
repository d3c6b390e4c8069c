import { expect } from "chai";
import { stopOrder } from "../../../cli/deploy/stop-order.ts";
import { emptyState, resourceTypes, type StackState } from "../../../cli/pulumi/stack-state.ts";

const containers = ["agent", "postgres", "phoenix", "searxng", "model-weights"].map((service) => ({
  id: `${service}-id`,
  service,
}));

describe("stopOrder", () => {
  it("has each wait for those that call it while they end, and for no other", () => {
    const order = stopOrder(containers, emptyState);
    const after = Object.fromEntries(order.map(({ service, after }) => [service, after]));

    expect(after).to.deep.equal({
      agent: [],
      postgres: ["agent-id", "phoenix-id"],
      phoenix: ["agent-id"],
      searxng: ["agent-id"],
      "model-weights": [],
    });
  });

  it("gives each the time that the last up gave it, a minute where the state is lost", () => {
    const agent = {
      urn: "urn:pulumi:dev::agent-stack::docker:index/container:Container::agent",
      type: resourceTypes.container,
      id: "agent-id",
      inputs: { destroyGraceSeconds: 45 },
    };
    const state: StackState = { resources: [agent], pending: [] };

    const [first, second] = stopOrder(containers, state);

    expect(first?.graceSeconds).to.equal(45);
    expect(second?.graceSeconds).to.equal(60);
  });

  it("waits for nobody who is not there", () => {
    const [postgres] = stopOrder([{ id: "p", service: "postgres" }], emptyState);

    expect(postgres?.after).to.deep.equal([]);
  });
});
