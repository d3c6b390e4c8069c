import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { join } from "node:path";
import { readFromEnvFile } from "../support/env-file.ts";
import { serviceNames } from "../support/service-names.ts";
import { errorOf, resultOf, runStack, systemStack } from "../support/system-stack.ts";

const services = ["postgres", "qdrant", "litellm", "agent"];
const settings = ["POSTGRES_PORT", "QDRANT_PORT", "LITELLM_PORT", "AGENT_PORT"];

/** `./stack local …` in the clone of the first stack. */
function local(...words: string[]) {
  return runStack(systemStack().clone, ["local", ...words], {}, "local");
}

describe("a second stack of the same clone", () => {
  before(() => {
    const { clone } = systemStack();
    const project = readFromEnvFile(clone, "STACK_PROJECT_NAME");
    const ports = settings.map((name) => `${name}=${readFromEnvFile(clone, name)}`);
    const text = [`STACK_PROJECT_NAME=${project}`, ...ports, ""].join("\n");
    writeFileSync(join(clone, ".env.local"), text, { mode: 0o600 });
  });
  after(async () => {
    const down = await local("down", "--remove-volumes", "--yes");
    expect(down.exitCode, down.stderr).to.equal(0);
  });

  it("is told which ports to move, and whose they are", async () => {
    const up = await runStack(systemStack().clone, ["up", "--yes", "--json"], {}, "local");

    expect(up.exitCode).to.equal(1);
    const { details, remedy } = errorOf(up.stdout);
    for (const service of services) {
      const own = details.find((line) => line.startsWith(`${service} can't have port`));
      expect(own, service).to.include("of this clone's stack test listens there");
    }
    expect(remedy).to.include("./stack --stack local up --auto-ports");
  });

  it("runs beside the first with `local up`: other ports, containers and data, nothing touched", async () => {
    const { containerId, url } = systemStack();
    const before = services.map(containerId);

    const up = await local("up", "--yes", "--json");

    expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
    const addresses = resultOf(up.stdout)["addresses"] as Record<string, string>;
    for (const service of services) expect(addresses[service]).not.to.equal(url(service));
    for (const base of [addresses["agent"] ?? "", url("agent")]) {
      const answer = await fetch(`${base}/readyz`);
      expect(answer.status, base).to.equal(200);
    }
    const status = await local("status", "--json");
    const rows = resultOf(status.stdout)["services"] as { service: string; health: string }[];
    expect(rows.map(({ service }) => service)).to.have.members([...serviceNames]);
    expect(new Set(rows.map(({ health }) => health))).to.deep.equal(new Set(["healthy"]));
    expect(services.map(containerId)).to.deep.equal(before);
  });

  it("goes down alone", async () => {
    const down = await local("down");
    const first = await systemStack().stack("health", "--json");

    expect(down.exitCode, down.stderr).to.equal(0);
    expect(first.exitCode, first.stdout).to.equal(0);
  });
});
