import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { statSync } from "node:fs";
import { join } from "node:path";
import { serviceNames } from "../support/service-names.ts";
import { docker, resultOf, systemStack } from "../support/system-stack.ts";

function ids(): Record<string, string> {
  return Object.fromEntries(serviceNames.map((name) => [name, systemStack().containerId(name)]));
}

function inspect(service: string): Readonly<Record<string, Record<string, unknown>>> {
  const text = docker("inspect", systemStack().containerId(service));
  return (JSON.parse(text) as Record<string, Record<string, unknown>>[])[0] ?? {};
}

describe("a stack that is up", () => {
  it("has nine healthy services, by its own status and by its own health checks", async () => {
    const status = await systemStack().stack("status", "--json");
    const health = await systemStack().stack("health", "--json");

    const rows = resultOf(status.stdout)["services"] as { service: string; health: string }[];
    expect(rows.map(({ service }) => service)).to.have.members([...serviceNames]);
    expect(rows.map((row) => row.health)).to.deep.equal(serviceNames.map(() => "healthy"));
    expect(health.exitCode).to.equal(0);
  });

  it("finds nothing to do a second time, and keeps every container", async () => {
    const before = ids();

    const again = await systemStack().stack("up", "--yes", "--json", "--verify");

    expect(again.exitCode, again.stderr).to.equal(0);
    expect(resultOf(again.stdout)["outcome"]).to.equal("unchanged");
    expect(ids()).to.deep.equal(before);
  });

  it("is the same under a bare pulumi preview, and the same again after a bare pulumi up", async () => {
    const before = ids();

    const preview = await systemStack().stack("pulumi", "preview", "--expect-no-changes");
    const up = await systemStack().stack("pulumi", "up", "--yes", "--skip-preview");
    const again = await systemStack().stack("preview", "--expect-no-changes");

    expect(preview.exitCode, preview.stdout + preview.stderr).to.equal(0);
    expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
    expect(again.exitCode, again.stdout + again.stderr).to.equal(0);
    expect(ids()).to.deep.equal(before);
  });

  it("leaves the clone's work tree clean", () => {
    const status = execFileSync("git", ["status", "--porcelain"], {
      cwd: systemStack().clone,
      encoding: "utf8",
    });

    expect(status).to.equal("");
  });

  it("keeps its secrets in files that only their owner reads", () => {
    for (const file of [".env.test", ".stack/passphrase"]) {
      expect(statSync(join(systemStack().clone, file)).mode & 0o777, file).to.equal(0o600);
    }
  });

  for (const service of serviceNames) {
    it(`runs ${service} without root, privileges or capabilities, on loopback, within limits`, () => {
      const { Config = {}, HostConfig = {}, NetworkSettings = {} } = inspect(service);

      expect(Config["User"]).to.match(/^[1-9]\d*:\d+$/);
      expect(HostConfig["Privileged"]).to.equal(false);
      expect(HostConfig["CapDrop"]).to.deep.equal(["ALL"]);
      expect(HostConfig["CapAdd"] ?? []).to.deep.equal([]);
      expect(HostConfig["SecurityOpt"]).to.include("no-new-privileges:true");
      // Docker cannot copy their configuration into a read-only root.
      const takesFiles = ["litellm", "searxng"].includes(service);
      expect(HostConfig["ReadonlyRootfs"]).to.equal(!takesFiles);
      expect(HostConfig["Memory"]).to.be.greaterThan(0);
      expect(HostConfig["LogConfig"]).to.deep.include({ Type: "json-file" });
      const bindings = Object.values(NetworkSettings["Ports"] as Record<string, unknown>).flat();
      for (const binding of bindings.filter((value) => value !== null)) {
        expect((binding as { HostIp: string }).HostIp).to.equal("127.0.0.1");
      }
    });
  }

  it("shows the last lines of a service's log, and follows no longer than it is told", async () => {
    const last = await systemStack().stack("logs", "postgres", "--tail", "3");
    const started = Date.now();
    const followed = await systemStack().stack("logs", "-f", "agent", "--timeout", "2");
    const seconds = (Date.now() - started) / 1000;

    expect(last.exitCode).to.equal(0);
    expect(last.stdout.trimEnd().split("\n")).to.have.length(3);
    expect(last.stdout).to.match(/^(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d postgres \| /);
    expect(followed.exitCode).to.equal(0);
    expect(seconds).to.be.within(2, 30);
  });

  it("names an unknown service, and what there is instead", async () => {
    const result = await systemStack().stack("logs", "postgers");

    expect(result.exitCode).to.equal(64);
    expect(result.stderr).to.include("no service called postgers");
    expect(result.stderr).to.include("postgres");
  });
});
