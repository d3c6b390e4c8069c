import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { definitions } from "../../infra/settings/definitions.ts";
import { settingNames } from "../../infra/settings/parse.ts";
import { freePorts } from "../support/free-ports.ts";
import { serviceNames } from "../support/service-names.ts";
import { docker, systemStack } from "../support/system-stack.ts";
import { type CommandResult, runToEnd } from "../support/run-to-end.ts";

const folder = "docs/examples/own-program";
const portSettings = settingNames.filter((name) => definitions[name].group === "Ports");
const project = `own${process.pid.toString(36)}`;

/** Runs Pulumi on the example, with its own state. */
function pulumi(state: string, ...words: string[]): Promise<CommandResult> {
  const { clone } = systemStack();
  return runToEnd(join(clone, "stack"), ["--stack", "own", "pulumi", "-C", folder, ...words], {
    cwd: clone,
    env: {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "of-a-test",
    },
  });
}

async function succeeds(state: string, ...words: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await pulumi(state, ...words);
  expect(exitCode, stdout + stderr).to.equal(0);
  return stdout;
}

function containers(): string[] {
  const names = docker("ps", "--all", "--filter", `name=^${project}-`, "--format", "{{.Names}}");
  return names.split("\n").filter(Boolean);
}

describe("a user's program with AgentStack in it", () => {
  const state = mkdtempSync(join(tmpdir(), "own-state-"));

  before(async () => {
    // As `npm install` of its package.json does.
    const modules = join(systemStack().clone, folder, "node_modules");
    mkdirSync(modules, { recursive: true });
    symlinkSync(systemStack().clone, join(modules, "agent-stack"));
    await succeeds(state, "stack", "init", "own");
    await succeeds(state, "config", "set", "imageSource", "build");
    await succeeds(state, "config", "set", "projectName", project);
    const ports = await freePorts(portSettings.length);
    const settings = portSettings.flatMap((name, index) => [
      "--plaintext",
      `settings.${name}=${ports[index] ?? 0}`,
    ]);
    await succeeds(state, "config", "set-all", "--path", ...settings);
    const key = randomBytes(32).toString("hex");
    await succeeds(state, "config", "set", "--secret", "stackKey", key);
  });

  after(async () => {
    await succeeds(state, "destroy", "--yes", "--skip-preview");
    for (const volume of docker("volume", "ls", "-q", "--filter", `name=^${project}-`).split(
      "\n",
    )) {
      if (volume !== "") docker("volume", "rm", volume);
    }
    rmSync(state, { recursive: true, force: true });
  });

  it("brings every service up, and its own container beside them", async () => {
    await succeeds(state, "up", "--yes", "--skip-preview");

    const expected = serviceNames.map((service) => `${project}-own-${service}`);
    expect(containers()).to.have.members([...expected, `${project}-reporter`]);
    const address = (await succeeds(state, "stack", "output", "agentAddress")).trim();
    expect((await fetch(`${address}/readyz`)).status).to.equal(200);
  });

  it("is shown as a tree: the stack, its services, and what each is made of", async () => {
    const tree = await succeeds(state, "stack");

    expect(tree).to.match(/agent-stack:index:AgentStack +assistant/);
    expect(tree).to.match(/agent-stack:index:Service +litellm\n.*RemoteImage +image-litellm/);
  });

  it("has nothing to do a second time", async () => {
    await succeeds(state, "preview", "--expect-no-changes");
  });

  it("keeps its secrets out of what it shows", async () => {
    const shown = await succeeds(state, "stack", "export");

    expect(shown).not.to.match(/POSTGRES_PASSWORD=\w/);
  });
});
