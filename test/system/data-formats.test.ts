import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { dockerClient } from "../../cli/docker/docker-client.ts";
import { listDataVolumes, unreadData } from "../../cli/stack/data-formats.ts";
import { type Deployment, openDeployment } from "../../cli/pulumi/deployment.ts";
import type { Engine } from "../../cli/pulumi/engine.ts";
import { readState } from "../../cli/pulumi/read-state.ts";
import { findDockerHost } from "../../cli/docker/host/find-docker-host.ts";
import { requireMovedVolumes } from "../../cli/deploy/require-moved-volumes.ts";
import { emptyState } from "../../cli/pulumi/stack-state.ts";
import { ensureToolchain } from "../../cli/toolchain/ensure-toolchain.ts";
import { listVolumes, removeVolumes } from "../../cli/stack/volumes.ts";
import { type Workspace, workspaceOf } from "../../cli/os/workspace.ts";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { renderContainer, stackLabels, volumeName } from "../../infra/render-container.ts";
import type { ServiceSpec } from "../../infra/service.ts";
import type { StackError } from "../../infra/stack-error.ts";
import { desiredWith } from "../support/desired.ts";
import { docker } from "../support/system-stack.ts";
import { loadNetworkSettings } from "../../infra/load-network-settings.ts";

// The program on a real engine, with every volume of the stack and a shell in the place of each service:
// a bare update, without anything that ./stack checks before.
const project = `df${process.pid.toString(36)}`;
const base = desiredWith().images.base.tag;
const source = join(import.meta.dirname, "../..");

/** The services that keep data, each with its mounts, doing nothing. */
function idling(imageSource: "build" | "registry"): DesiredStack {
  const desired = desiredWith({ IMAGE_SOURCE: imageSource, STACK_PROJECT_NAME: project });
  const specs = desired.specs
    .filter(({ mounts }) => mounts.length > 0)
    .map((spec): ServiceSpec => ({
      ...spec,
      ...{ environment: {}, ports: [], files: [], tmpfs: {}, dependsOn: [], user: "0:0" },
      entrypoint: ["sleep"],
      command: ["600"],
      stopGraceSeconds: 1,
      healthcheck: { command: ["true"], timeoutSeconds: 5, retries: 3, startPeriodSeconds: 5 },
    }));
  return {
    ...desired,
    specs,
    // Nothing to fetch weights for.
    preparations: [],
    containers: specs.map((spec) => renderContainer(spec, desired.identity)),
    images: { kept: Object.fromEntries(specs.map(({ name }) => [name, base])), resources: [] },
  };
}

function container(service: string): string {
  return `${project}-test-${service}`;
}

/** Writes a line into every volume, and gives what is where. */
function fill(desired: DesiredStack, words: string): Map<string, string> {
  const written = new Map<string, string>();
  for (const { name, mounts } of desired.specs) {
    for (const mount of mounts) {
      docker("exec", container(name), "sh", "-c", `echo ${words} > ${mount.path}/written`);
      written.set(volumeName(desired.identity, mount), words);
    }
  }
  return written;
}

/** What is in a volume, whoever mounts it; empty where nothing is. */
function contentOf(volume: string): string {
  const options = ["--rm", "--network", "none", "--volume", `${volume}:/v:ro`];
  return docker("run", ...options, base, "sh", "-c", "cat /v/* 2>/dev/null || true");
}

function read(service: string, path: string): string {
  return docker("exec", container(service), "sh", "-c", `cat ${path}/* 2>/dev/null || true`);
}

describe("a bare update after a change of IMAGE_SOURCE", function () {
  this.timeout(10 * 60_000);
  const [built, pulled] = [idling("build"), idling("registry")];
  const marks = built.identity;
  let root: string;
  let workspace: Workspace;
  let engine: Engine;
  let client: ReturnType<typeof dockerClient>;
  const update = async (desired: DesiredStack) => {
    const deployment: Deployment = await openDeployment(workspace, engine, desired);
    await deployment.update({ onEvent: () => undefined });
  };

  before(async () => {
    root = mkdtempSync(join(tmpdir(), "data-formats-"));
    for (const folder of ["infra", ".stack/state"])
      mkdirSync(join(root, folder), { recursive: true });
    // The engine wants the entry point to be there, though the program runs in this process.
    for (const file of ["Pulumi.yaml", "infra/main.js"])
      cpSync(join(source, file), join(root, file));
    workspace = workspaceOf(root, "test");
    const host = await findDockerHost({ environment: process.env });
    if (!host) throw new Error("there is no Docker engine");
    client = dockerClient(host);
    const tools = await ensureToolchain({ environment: process.env, report: () => undefined });
    const path = [...tools.path, process.env["PATH"] ?? ""].join(delimiter);
    const { executable } = tools.engine;
    const environment = {
      ...(process.env as Record<string, string>),
      PATH: path,
      DOCKER_HOST: host.host,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      USER: "stack",
    };
    engine = {
      environment,
      network: await loadNetworkSettings({ root, stackName: "test", environment: process.env }),
      program: () => Promise.resolve({ executable, environment }),
    };
  });
  after(async () => {
    const deployment = await openDeployment(workspace, engine, undefined);
    await deployment.destroy({ onEvent: () => undefined });
    await removeVolumes(client, await listVolumes(client, marks));
    rmSync(root, { recursive: true, force: true });
  });

  it("leaves every byte of the other format, and starts with volumes that are empty", async () => {
    await update(built);
    const written = fill(built, "by-the-built");

    await update(pulled);

    for (const [volume, words] of written) expect(contentOf(volume), volume).to.equal(words);
    expect(read("qdrant", "/qdrant/storage")).to.equal("");
    expect(read("qdrant", "/qdrant/snapshots")).to.equal("");
    expect(read("postgres", "/var/lib/postgresql")).to.equal("by-the-built");
    expect(read("open-webui", "/data")).to.equal("by-the-built");
  });

  it("finds the data again when it is changed back, and keeps what was written meanwhile", async () => {
    const written = fill(pulled, "by-the-pulled");

    await update(built);

    expect(read("qdrant", "/qdrant/storage")).to.equal("by-the-built");
    expect(read("postgres", "/var/lib/postgresql")).to.equal("by-the-pulled");
    for (const [volume, words] of written) expect(contentOf(volume), volume).to.equal(words);
  });

  it("leaves volumes that are told of, by their format, and that the state forgets", async () => {
    const volumes = await listDataVolumes(client, marks);
    const state = await readState(workspace, engine);
    const names = state.resources.map(({ outputs }) => outputs?.["name"]);

    const unread = unreadData(built, volumes);
    expect(unread.map(({ dataFormat }) => dataFormat)).to.have.members(["qdrant-1", "gguf"]);
    for (const name of unread.flatMap((data) => data.volumes)) expect(names).not.to.include(name);
  });

  it("leaves nothing that down --remove-volumes would not show and remove", async () => {
    const everything = [built, pulled].flatMap(({ specs }) =>
      specs.flatMap(({ mounts }) => mounts.map((mount) => volumeName(marks, mount))),
    );
    const shown = (await listVolumes(client, marks)).map(({ name }) => name);

    expect(shown).to.have.members([...new Set(everything)]);
  });
});

describe("a volume of an earlier commit", function () {
  this.timeout(120_000);
  const desired = idling("build");
  const former = `${project}-test-postgres-data`;
  const next = `${project}-test-postgres-18-data`;
  after(() => {
    docker("volume", "rm", "--force", former, next);
  });

  it("is copied with owners and modes by the commands that up prints, and then no obstacle", async () => {
    const labels = stackLabels(desired.identity, { "agent-stack.family": "postgres-18" });
    const marks = labels.flatMap(({ label, value }) => ["--label", `${label}=${value}`]);
    docker("volume", "create", ...marks, former);
    const inside =
      "mkdir -m 700 /v/18 && echo rows > /v/18/base && chown -R 999:999 /v && chmod 711 /v";
    docker("run", "--rm", "--volume", `${former}:/v`, base, "sh", "-c", inside);
    const host = await findDockerHost({ environment: process.env });
    if (!host) throw new Error("there is no Docker engine");
    const volumes = () => listDataVolumes(dockerClient(host), desired.identity);

    const refused = await volumes().then((found) => {
      try {
        requireMovedVolumes(desired, found, emptyState);
        return [];
      } catch (error) {
        return (error as StackError).details;
      }
    });
    for (const command of refused) docker(...command.split(" ").slice(1));

    expect(refused).to.have.length(2);
    requireMovedVolumes(desired, await volumes(), emptyState);
    const look = "stat -c '%u:%g %a %n' /v /v/18 /v/18/base && cat /v/18/base";
    expect(docker("run", "--rm", "--volume", `${next}:/v`, base, "sh", "-c", look)).to.equal(
      docker("run", "--rm", "--volume", `${former}:/v`, base, "sh", "-c", look),
    );
  });
});
