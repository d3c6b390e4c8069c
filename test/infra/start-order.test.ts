import { expect } from "chai";
import type { ServiceSpec } from "../../infra/service.ts";
import type { ServiceName } from "../../infra/services/endpoints.ts";
import { StackError } from "../../infra/stack-error.ts";
import { startOrder, startsAfter } from "../../infra/start-order.ts";
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

describe("startsAfter", () => {
  it("is Postgres at most, and never what a service only calls", () => {
    const waiting = desiredWith().specs.map((spec) => [spec.name, startsAfter(spec)] as const);

    expect(Object.fromEntries(waiting.filter(([, names]) => names.length > 0))).to.deep.equal({
      agent: ["postgres"],
      phoenix: ["postgres"],
      "open-webui": ["postgres"],
    });
  });

  it("is a part of what a service needs, whatever the images are", () => {
    for (const source of ["build", "registry"]) {
      for (const spec of desiredWith({ IMAGE_SOURCE: source }).specs) {
        expect(spec.dependsOn, spec.name).to.include.members([...startsAfter(spec)]);
      }
    }
  });

  it("is all that a service needs in a release that an earlier version remembered", () => {
    expect(startsAfter({ dependsOn: ["postgres", "litellm"] })).to.deep.equal([
      "postgres",
      "litellm",
    ]);
  });
});
