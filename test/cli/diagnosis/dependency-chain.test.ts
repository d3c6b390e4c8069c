import { expect } from "chai";
import { dependencyChain } from "../../../cli/diagnosis/dependency-chain.ts";
import { container } from "../../support/state.ts";

const nodes = [
  { name: "postgres", dependsOn: [] },
  { name: "model", dependsOn: [] },
  { name: "litellm", dependsOn: ["model"] },
  { name: "agent", dependsOn: ["postgres", "litellm"] },
];

describe("the dependency chain", () => {
  it("includes what is needed through others too, in start order", () => {
    const chain = dependencyChain("agent", nodes, [
      container("postgres"),
      container("litellm", { health: "unhealthy" }),
      container("model", { running: false, health: "none", exitCode: 1 }),
    ]);

    expect(chain).to.deep.equal([
      { service: "postgres", healthy: true, condition: "healthy", neededBy: ["agent"] },
      { service: "model", healthy: false, condition: "exited (1)", neededBy: ["litellm"] },
      { service: "litellm", healthy: false, condition: "unhealthy", neededBy: ["agent"] },
    ]);
  });

  it("says what is missing", () => {
    const [model] = dependencyChain("litellm", nodes, []);

    expect(model?.condition).to.equal("missing");
  });

  it("is empty for a service that needs nothing", () => {
    expect(dependencyChain("postgres", nodes, [])).to.deep.equal([]);
  });
});
