import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse as parseDotenv } from "dotenv";
import { definitions } from "../../infra/settings/definitions.ts";
import { settingNames } from "../../infra/settings/parse.ts";
import { composeCommand, runCompose } from "../support/compose-command.ts";
import { freePorts } from "../support/free-ports.ts";
import { serviceNames } from "../support/service-names.ts";
import { docker, runStack, systemStack } from "../support/system-stack.ts";

const stackName = "composed";
const dotenv = `.env.${stackName}`;
const file = "composed.yaml";

/** What `docker inspect` says of a container that must not depend on who made it. */
interface Inspected {
  readonly Config: Readonly<Record<string, unknown>> & { readonly Env: readonly string[] };
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

function inspect(name: string): Inspected {
  const [found] = JSON.parse(docker("inspect", name)) as Inspected[];
  if (!found) throw new Error(`${name} is not there`);
  return found;
}

/** The protection, the limits and the program of a container. */
function essence({ Config, HostConfig }: Inspected): object {
  const { User, Entrypoint, Cmd, Healthcheck } = Config;
  const { ReadonlyRootfs, CapDrop, CapAdd, SecurityOpt, Privileged, Init } = HostConfig;
  const { Memory, MemorySwap, ShmSize, RestartPolicy, LogConfig, Tmpfs, Ulimits } = HostConfig;
  return {
    ...{ User, Entrypoint, Cmd, Healthcheck, ReadonlyRootfs, SecurityOpt, Privileged, Init },
    ...{ CapDrop, CapAdd: CapAdd ?? [], Memory, MemorySwap, ShmSize, LogConfig, Tmpfs, Ulimits },
    restart: (RestartPolicy as { Name: string }).Name,
  };
}

describe("export compose", function () {
  this.timeout(20 * 60_000);
  let compose: readonly string[];
  let volumesBefore: string;
  let settings: Readonly<Record<string, string>>;
  const named = (name: string) => `${systemStack().project}-${stackName}-${name}`;
  const volumesOf = (stack: string) =>
    docker("volume", "ls", "--quiet", "--filter", `name=^${systemStack().project}-${stack}-`);
  const run = (...words: string[]) =>
    runCompose(compose, systemStack().clone, "--env-file", dotenv, "--file", file, ...words);

  before(async () => {
    compose = await composeCommand();
    const { clone } = systemStack();
    volumesBefore = volumesOf("test");
    // Its own stack: other ports, other names, another owner, the same images.
    const own = parseDotenv(readFileSync(join(clone, ".env.test")));
    const ports = settingNames.filter((name) => definitions[name].group === "Ports");
    const free = await freePorts(ports.length);
    const moved = Object.fromEntries(ports.map((name, index) => [name, String(free[index])]));
    const owner = { STACK_RECORD_KEY: `${own["STACK_RECORD_KEY"] ?? ""}-composed` };
    settings = { ...own, ...moved, ...owner };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    writeFileSync(join(clone, dotenv), `${lines.join("\n")}\n`, { mode: 0o600 });
  });
  after(async () => {
    await run("down", "--volumes", "--timeout", "20");
    for (const each of [dotenv, file]) rmSync(join(systemStack().clone, each), { force: true });
  });

  it("writes a file that Compose takes, with no secret in it", async () => {
    const words = ["export", "compose", "--output", file];
    const exported = await runStack(systemStack().clone, words, {}, stackName);
    expect(exported.exitCode, exported.stderr).to.equal(0);
    const text = readFileSync(join(systemStack().clone, file), "utf8");

    const checked = await run("config", "--quiet");

    expect(checked.exitCode, checked.stderr).to.equal(0);
    const secrets = settingNames.filter((name) => definitions[name].secret && settings[name]);
    expect(secrets).to.have.length.greaterThan(5);
    for (const name of secrets) expect(text, name).not.to.include(settings[name]);
  });

  it("stops, naming the variable, where the secrets are not given", async () => {
    const words = ["--env-file", "/dev/null", "--file", file, "config", "--quiet"];
    const without = await runCompose(compose, systemStack().clone, ...words);

    expect(without.exitCode).not.to.equal(0);
    expect(without.stderr).to.match(/[A-Z_]+(PASSWORD|KEY|SECRET)\b.*is not set/);
  });

  it("comes up healthy, every service, beside the stack", async () => {
    const up = await run("up", "--detach", "--wait", "--wait-timeout", "400");

    expect(up.exitCode, up.stderr).to.equal(0);
    const states = serviceNames.map((name) =>
      docker("inspect", "--format", "{{.State.Health.Status}}", named(name)),
    );
    expect(states).to.deep.equal(serviceNames.map(() => "healthy"));
    const health = await systemStack().stack("health", "--json");
    expect(health.exitCode, health.stdout).to.equal(0);
  });

  it("answers as the stack does, its own secrets behind the variables", async () => {
    const answer = await fetch(`http://127.0.0.1:${settings["AGENT_PORT"] ?? ""}/v1/agent`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt: "Say one word." }),
    });

    expect(answer.status, await answer.clone().text()).to.equal(200);
    const { Env } = inspect(named("agent")).Config;
    const password = settings["AGENT_DB_PASSWORD"] ?? "";
    expect(Env).to.include(`DATABASE_URL=postgresql://agent:${password}@postgres:5432/agent`);
  });

  for (const service of serviceNames) {
    it(`runs ${service} with the same program, protection and limits`, () => {
      const ours = inspect(systemStack().containerId(service));

      expect(essence(inspect(named(service)))).to.deep.equal(essence(ours));
    });
  }

  it("finds nothing to do a second time", async () => {
    const ids = () => serviceNames.map((name) => docker("inspect", "-f", "{{.Id}}", named(name)));
    const before = ids();

    const again = await run("up", "--detach", "--wait", "--wait-timeout", "120");

    expect(again.exitCode, again.stderr).to.equal(0);
    expect(ids()).to.deep.equal(before);
  });

  it("goes with its volumes, and the stack's own stay", async () => {
    expect(volumesOf(stackName)).not.to.equal("");

    const down = await run("down", "--volumes", "--timeout", "60");

    expect(down.exitCode, down.stderr).to.equal(0);
    expect(volumesOf(stackName)).to.equal("");
    expect(volumesOf("test")).to.equal(volumesBefore);
    const left = docker("ps", "--all", "--quiet", "--filter", `name=^/${named("")}`);
    expect(left).to.equal("");
  });
});
