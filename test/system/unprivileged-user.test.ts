import { execFileSync } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type CommandResult, runToEnd } from "../support/run-to-end.ts";
import { serviceNames } from "../support/service-names.ts";
import { resultOf, scratchClone, writeTestSettings } from "../support/system-stack.ts";

// Its stack has its name, and the suite's own has another.
const user = `nr${process.pid.toString(36)}`;
const home = `/home/${user}`;

/** Where the suite runs as such a user anyway, every other test is this one. */
const isRoot = process.getuid?.() === 0 && process.platform === "linux";

(isRoot ? describe : describe.skip)("a user who is not root, in the group docker", () => {
  let clone: string;
  before(async function () {
    this.timeout(10 * 60_000);
    execFileSync("useradd", ["--create-home", "--home-dir", home, "--groups", "docker", user]);
    clone = scratchClone();
    await writeTestSettings(clone, user);
    // The tools are what took a quarter of an hour; packages are installed again, as by a new user.
    const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
    cpSync(join(cache, "agent-stack"), join(home, ".cache/agent-stack"), { recursive: true });
    const npmrc = join(homedir(), ".npmrc");
    if (existsSync(npmrc)) cpSync(npmrc, join(home, ".npmrc"));
    execFileSync("chown", ["--recursive", `${user}:`, clone, home]);
  });
  after(async () => {
    const down = await asUser("down", "--remove-volumes", "--yes");
    rmSync(clone, { recursive: true, force: true });
    execFileSync("userdel", ["--remove", user], { stdio: "ignore" });
    expect(down.exitCode, down.stderr).to.equal(0);
  });

  it("brings all of it up, healthy, twice, and stops it", async function () {
    this.timeout(10 * 60_000);
    const up = await asUser("up", "--yes", "--json");
    const again = await asUser("up", "--yes", "--json");
    const status = await asUser("status", "--json");

    expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
    expect(resultOf(again.stdout)["outcome"]).to.equal("unchanged");
    const rows = resultOf(status.stdout)["services"] as { service: string; health: string }[];
    expect(rows.map(({ service }) => service)).to.have.members([...serviceNames]);
    expect(new Set(rows.map(({ health }) => health))).to.deep.equal(new Set(["healthy"]));
  });

  /** With root's settings of the network, and nothing else of root's. */
  function asUser(...words: string[]): Promise<CommandResult> {
    const identity = ["--reuid", user, "--regid", user, "--init-groups"];
    const command = [join(clone, "stack"), ...words, "--stack", "test"];
    // `npm run` tells its programs where root's packages and settings of npm are.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"));
    const env = {
      ...Object.fromEntries(inherited),
      HOME: home,
      USER: user,
      LOGNAME: user,
      XDG_CACHE_HOME: undefined,
    };
    return runToEnd("setpriv", [...identity, ...command], { cwd: clone, env });
  }
});
