import { expect } from "chai";
import type { ServiceSpec } from "../../infra/service.ts";
import { StackError } from "../../infra/stack-error.ts";
import { startOrder } from "../../infra/start-order.ts";
import { desiredWith } from "../support/desired.ts";

function service(name: string, dependsOn: readonly string[]): ServiceSpec {
  const [spec] = desiredWith().specs;
  if (!spec) throw new Error("no service");
  return { ...spec, name, dependsOn };
}

describe("startOrder", () => {
  it("puts each service behind those it depends on", () => {
    const specs = [service("c", ["b"]), service("a", []), service("b", ["a"])];

    const names = startOrder(specs).map(({ name }) => name);

    expect(names).to.deep.equal(["a", "b", "c"]);
  });

  it("names an unknown dependency", () => {
    expect(() => startOrder([service("a", ["ghost"])])).to.throw(StackError, "a needs ghost");
  });

  it("shows a circle as a path", () => {
    const specs = [service("a", ["b"]), service("b", ["a"])];

    expect(() => startOrder(specs)).to.throw(StackError, "a needs b needs a");
  });
});
