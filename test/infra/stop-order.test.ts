import { expect } from "chai";
import { endpoints, type ServiceName } from "../../infra/services/endpoints.ts";
import { calledToTheEnd } from "../../infra/services/called-to-the-end.ts";
import type { ServiceSpec } from "../../infra/service.ts";
import { desiredWith } from "../support/desired.ts";

const names = Object.keys(endpoints) as ServiceName[];

/** The services whose address is in the environment of `spec`. */
function addressedBy({ environment }: ServiceSpec): ServiceName[] {
  const values = Object.values(environment).map((value) =>
    typeof value === "string" ? value : value.secret,
  );
  return names.filter((name) =>
    values.some((value) => new RegExp(`(//|@)${name}:${endpoints[name].port}\\b`).test(value)),
  );
}

describe("the order in which services stop", () => {
  const { specs } = desiredWith({});

  it("keeps the databases until everything that writes to them has ended", () => {
    const clients = specs.filter((spec) => addressedBy(spec).includes("postgres"));

    expect(clients.map(({ name }) => name)).to.include.members(["agent", "open-webui", "phoenix"]);
    for (const { name } of clients) expect(calledToTheEnd[name], name).to.include("postgres");
  });

  it("keeps everything that the agent calls until its streams have come to their end", () => {
    const agent = specs.find(({ name }) => name === "agent");

    expect(agent && addressedBy(agent)).to.have.length.greaterThan(3);
    expect(calledToTheEnd.agent).to.include.members(agent ? addressedBy(agent) : []);
    // LiteLLM answers it with these.
    expect(calledToTheEnd.agent).to.include.members(["embeddings", "model"]);
  });

  it("is an order: no service waits for itself, not by way of others either", () => {
    const visit = (name: ServiceName, path: readonly ServiceName[]): void => {
      expect(path).not.to.include(name);
      for (const called of calledToTheEnd[name] ?? []) visit(called, [...path, name]);
    };
    for (const name of names) visit(name, []);
  });
});
