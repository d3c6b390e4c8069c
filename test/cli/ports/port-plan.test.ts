import { expect } from "chai";
import { type TakenPort, takenPortsError, wantedPorts } from "../../../cli/ports/port-plan.ts";
import { definitions } from "../../../infra/settings/definitions.ts";
import { desiredWith } from "../../support/desired.ts";

const agent: TakenPort = {
  service: "agent",
  setting: "AGENT_PORT",
  port: 8000,
  holder: { kind: "process", pid: 42, command: "node server.js" },
};
const qdrant: TakenPort = {
  service: "qdrant",
  setting: "QDRANT_PORT",
  port: 6333,
  holder: {
    kind: "container",
    name: "agent-stack-dev-qdrant",
    stack: { name: "dev", ofThisClone: true },
  },
};

describe("the port plan", () => {
  it("knows a setting for every port that a service publishes", () => {
    const wanted = wantedPorts(desiredWith({ AGENT_PORT: "8123" }).specs);

    for (const { setting } of wanted) expect(definitions).to.have.property(setting);
    expect(wanted).to.deep.include({ service: "agent", setting: "AGENT_PORT", port: 8123 });
    expect(wanted.at(-1)).to.deep.include({ service: "open-webui", setting: "OPENWEBUI_PORT" });
  });

  it("names who holds the one port that is taken, and how to move", () => {
    const { message, remedy } = takenPortsError([agent], "dev");

    expect(message).to.equal(
      "agent can't have port 8000: process 42 (node server.js) listens there.",
    );
    expect(remedy).to.include("./stack up --auto-ports to").and.to.include("AGENT_PORT in .env,");
  });

  it("names all that are taken at once, and the stack of this clone that has them", () => {
    const { details, remedy } = takenPortsError([agent, qdrant], "two");

    expect(details).to.have.length(2);
    expect(details[1]).to.include("the container agent-stack-dev-qdrant of this clone's stack dev");
    expect(remedy)
      .to.include("./stack up --auto-ports")
      .and.to.include("AGENT_PORT, QDRANT_PORT in .env.two");
  });
});
