import { expect } from "chai";
import type { ServiceSpec } from "../../infra/service.ts";
import type { ServiceName } from "../../infra/services/endpoints.ts";
import { StackError } from "../../infra/stack-error.ts";
import { startOrder } from "../../infra/start-order.ts";
import { desiredWith } from "../support/desired.ts";

function service(name: ServiceName, dependsOn: readonly ServiceName[]): ServiceSpec {
  const [spec] = desiredWith().specs;
  if (!spec) throw new Error("no service");
  return { ...spec, name, dependsOn };
}

describe("startOrder", () => {
  it("puts each service behind those it depends on", () => {
    const specs = [
      service("litellm", ["model"]),
      service("postgres", []),
      service("model", ["postgres"]),
    ];

    const names = startOrder(specs).map(({ name }) => name);

    expect(names).to.deep.equal(["postgres", "model", "litellm"]);
  });

  it("names a dependency that these settings leave out", () => {
    expect(() => startOrder([service("litellm", ["model"])])).to.throw(
      StackError,
      "litellm needs model",
    );
  });

  it("shows a circle as a path", () => {
    const specs = [service("agent", ["litellm"]), service("litellm", ["agent"])];

    expect(() => startOrder(specs)).to.throw(StackError, "agent needs litellm needs agent");
  });
});
