import { rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { HealthReport } from "../../cli/stack/probe-service.ts";
import type { SmokeResult } from "../../cli/agent/smoke/run-smoke.ts";
import { type EngineHost, type EngineVersion, startEngineHost } from "../support/engine-host.ts";
import { errorOf, resultOf, runStack, scratchClone } from "../support/system-stack.ts";

/** Engines that are newer than a distribution's, each as the machine behind an SSH server. */
const engines: readonly (EngineVersion & { readonly layers: string })[] = [
  {
    name: "docker-28",
    module: "github.com/docker/docker",
    version: "28.5.2",
    layers: "overlay2",
    options: [],
  },
  {
    name: "docker-29",
    module: "github.com/moby/moby/v2",
    // As its releases/versions.yaml names what comes next.
    version: "29.8.1",
    // containerd's store, which a new installation has: ids of images are digests of their manifests.
    layers: "overlayfs",
    // Debian's runc knows none.
    options: ["--feature=time-namespaces=false"],
  },
];
const wanted = process.env["ENGINES"]?.split(",") ?? engines.map(({ name }) => name);

/** Open on the remote machine, and taken on this one by the test itself. */
const agentPort = 18_017;

for (const engine of engines.filter(({ name }) => wanted.includes(name))) {
  describe(`${engine.name}, on another machine`, () => {
    let host: EngineHost;
    let clone = "";
    let neighbour: Server;

    before(async () => {
      host = await startEngineHost(engine);
      clone = scratchClone();
      const lines = ["STACK_PROJECT_NAME=engines", "IMAGE_SOURCE=build", `AGENT_PORT=${agentPort}`];
      writeFileSync(join(clone, ".env.test"), `${lines.join("\n")}\n`, { mode: 0o600 });
      neighbour = createServer().listen(agentPort, "127.0.0.1");
      await once(neighbour, "listening");
    });

    after(async () => {
      neighbour.close();
      await stack("down", "--remove-volumes", "--yes");
      host.remove();
      rmSync(clone, { recursive: true, force: true });
    });

    const stack = (...words: string[]) => runStack(clone, words, host.environment);

    async function succeeding(...words: string[]) {
      const { exitCode, stdout, stderr } = await stack(...words, "--json");
      expect(exitCode, stdout + stderr).to.equal(0);
      return resultOf(stdout);
    }

    it("is the one that was built, with its own store of images", () => {
      const format = "{{.ServerVersion}} {{.Driver}}";

      expect(host.run("docker", "info", "--format", format)).to.equal(
        `${engine.version} ${engine.layers}`,
      );
    });

    it("brings the whole stack up, though its ports are taken on this machine", async () => {
      const { machine, services } = await succeeding("up", "--yes");

      expect(machine).to.equal(host.name);
      expect(services).to.have.length(9);
    });

    it("has nothing to do for a second up, and says where the pages are", async () => {
      const { exitCode, stdout, stderr } = await stack("up", "--plain");

      expect(exitCode, stdout + stderr).to.equal(0);
      expect(stdout).to.include(`Nothing to do: all 9 services are healthy on ${host.name}.`);
      expect(stdout).to.match(
        new RegExp(
          `ssh -N .*-L ${agentPort}:127\\.0\\.0\\.1:${agentPort} .*-p 2222 root@${host.address}`,
        ),
      );
    });

    it("previews no change", async () => {
      const { exitCode, stdout, stderr } = await stack("up", "--verify", "--plain");

      expect(exitCode, stdout + stderr).to.equal(0);
    });

    it("is asked for every page from here, through SSH", async () => {
      const { services } = await succeeding("health");
      const pages = (services as HealthReport[]).filter(({ http }) => http !== undefined);

      expect(pages.map(({ http }) => http)).to.deep.equal(pages.map(() => "200"));
      expect(pages).to.have.length.greaterThan(4);
    });

    it("names its machine in the status", async () => {
      const { machine, services } = await succeeding("status");

      expect(machine).to.equal(host.name);
      expect((services as { health: string }[]).map(({ health }) => health)).to.deep.equal(
        Array.from({ length: 9 }, () => "healthy"),
      );
    });

    it("shows no drift", async () => {
      expect((await succeeding("drift"))["drift"]).to.deep.equal([]);
    });

    it("answers the runbook's requests, spans and all", async () => {
      const { requests } = await succeeding("smoke");

      expect((requests as SmokeResult[]).map(({ ok }) => ok)).to.deep.equal([true, true, true]);
    });

    it("keeps the memory's schema by a command inside the agent", async () => {
      expect(await succeeding("qdrant", "ensure-schema")).to.include({ status: "unchanged" });
    });

    it("is backed up, and the backup is verified in throwaway containers over there", async () => {
      await succeeding("backup", "create");

      await succeeding("backup", "verify", "latest");
    });

    it("is seen over TCP as well, but for its pages, to which that gives no way", async () => {
      const overTcp = (...words: string[]) => runStack(clone, [...words, "--json"], host.tls);

      const up = await overTcp("up", "--yes");
      const health = await overTcp("health");
      const smoke = await overTcp("smoke");

      expect(resultOf(up.stdout)).to.include({ outcome: "unchanged", machine: host.address });
      expect(health.exitCode, health.stdout).to.equal(0);
      const pages = resultOf(health.stdout)["services"] as HealthReport[];
      expect(pages.filter(({ http }) => http !== undefined)).to.deep.equal([]);
      expect(errorOf(smoke.stdout).remedy).to.include(`DOCKER_HOST=ssh://USER@${host.address}`);
    });

    it("has nothing wrong, says doctor, and the ports are the stack's own", async () => {
      const { stdout } = await stack("doctor", "--json");
      const findings = resultOf(stdout)["findings"] as {
        check: string;
        severity: string;
        what: string;
      }[];
      const ports = findings.filter(({ check }) => check === "ports");

      expect(ports.map(({ severity }) => severity)).to.deep.equal(["ok"]);
      expect(findings.filter(({ severity }) => severity === "failure")).to.deep.equal([]);
    });

    it("gives the sizes of volumes that down would remove, and removes them", async () => {
      const { exitCode, stdout, stderr } = await stack(
        "down",
        "--remove-volumes",
        "--yes",
        "--plain",
      );

      expect(exitCode, stdout + stderr).to.equal(0);
      expect(host.run("docker", "volume", "ls", "--quiet")).to.equal("");
      expect(host.run("docker", "ps", "--all", "--quiet")).to.equal("");
    });
  });
}
