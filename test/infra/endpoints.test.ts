import { expect } from "chai";
import { databaseUrl, internalUrl, portSettingOf } from "../../infra/services/endpoints.ts";
import { desiredWith } from "../support/desired.ts";

describe("the endpoints of services", () => {
  it("are where a service is reached inside the stack", () => {
    expect(internalUrl("phoenix")).to.equal("http://phoenix:6006");
    expect(databaseUrl("agent", "pw")).to.equal("postgresql://agent:pw@postgres:5432/agent");
  });

  it("are what each service publishes and probes", () => {
    const [postgres, openWebui] = ["postgres", "open-webui"].map((name) =>
      desiredWith({ OPENWEBUI_PORT: "3100" }).specs.find((spec) => spec.name === name),
    );

    expect(postgres?.ports).to.deep.equal([
      { scheme: "postgresql", internal: 5432, external: 5432, setting: "POSTGRES_PORT" },
    ]);
    expect(openWebui?.ports[0]).to.deep.include({ internal: 8080, external: 3100 });
    expect(openWebui?.healthcheck.command).to.deep.equal(["probe", "8080", "/health"]);
  });

  it("name the setting of a port for a remedy, whose service has a '-' or not", () => {
    expect(["agent", "open-webui"].map(portSettingOf)).to.deep.equal([
      "AGENT_PORT",
      "OPENWEBUI_PORT",
    ]);
  });
});
