import { expect } from "chai";
import { graphAsMermaid } from "../../../cli/graph/mermaid.ts";
import { stackGraph, type StackGraph } from "../../../cli/graph/stack-graph.ts";
import { volumeKey } from "../../../infra/render-container.ts";
import { desiredWith } from "../../support/desired.ts";

const desired = desiredWith();
const graph = stackGraph(desired);

describe("the graph of the stack", () => {
  it("has every service, dependency, volume and published port of the program", () => {
    const { services, dependencies } = graph;

    expect(services.map(({ name }) => name)).to.have.members(desired.specs.map(({ name }) => name));
    for (const spec of desired.specs) {
      const service = services.find(({ name }) => name === spec.name);
      const needs = dependencies.filter(({ from }) => from === spec.name).map(({ to }) => to);
      expect(needs).to.have.members([...spec.dependsOn]);
      expect(service?.volumes).to.deep.equal(spec.mounts.map(volumeKey));
      expect(service?.published).to.have.members(
        spec.ports.map(({ external }) => `127.0.0.1:${external}`),
      );
    }
  });

  it("has each service below all that need it", () => {
    const layers = new Map(graph.services.map(({ name, layer }) => [name, layer]));

    for (const { from, to } of graph.dependencies) {
      expect(layers.get(to)).to.be.greaterThan(layers.get(from) ?? Infinity);
    }
  });
});

describe("its drawing", () => {
  it("has a line for each dependency", () => {
    expect(graphAsMermaid(graph).match(/ --> /g)).to.have.length(graph.dependencies.length);
  });

  it("lets no text of a service become markup", () => {
    const name = '<script>"&';
    const odd: StackGraph = {
      services: [{ name, summary: name, layer: 0, published: [], volumes: [] }],
      dependencies: [],
    };

    expect(graphAsMermaid(odd)).to.include("#quot;");
  });
});
