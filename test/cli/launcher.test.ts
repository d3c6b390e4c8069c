import { spawn } from "node:child_process";
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";

const root = path.resolve(import.meta.dirname, "../..");

/** The launcher, and all that is imported before the first of npm's packages. */
const filesOfStart = [
  ...["stack", "cli/main.ts", "cli/os/system-error.ts", "cli/os/exit-codes.ts"],
  ...["cli/output/json-lines.ts", "infra/stack-error.ts"],
];

/** What the launcher's first file imports with npm's packages; a clone here has another in its place. */
const commandLine = "cli/command-line/run-command-line.ts";

/** Where npm puts the clone's own Node, in a scratch folder. */
const ownNode = "a clone/node_modules/.bin/node";

/** A scratch clone whose `node` and `npm` are shell scripts that keep a record of their calls. */
class Clone {
  readonly directory: string;
  readonly root: string;

  constructor(directory: string) {
    this.directory = directory;
    this.root = path.join(directory, "a clone");
  }

  static async make(): Promise<Clone> {
    const clone = new Clone(await mkdtemp(path.join(tmpdir(), "launcher-")));
    for (const file of filesOfStart) {
      await mkdir(path.dirname(path.join(clone.root, file)), { recursive: true });
      await copyFile(path.join(root, file), path.join(clone.root, file));
    }
    await mkdir(path.join(clone.directory, "bin"));
    await writeFile(path.join(clone.root, "package-lock.json"), "{}");
    await clone.write(
      commandLine,
      `export function runCommandLine(): void {
         const args: string[] = process.argv.slice(2);
         const { PATH: path, NODE_COMPILE_CACHE: compiled } = process.env;
         console.log(JSON.stringify({ args, path, cwd: process.cwd(), compiled }));
       }`,
    );
    await clone.write("cli/commands/index.ts", "export const commands: string[] = [];");
    return clone;
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(path.dirname(path.join(this.root, file)), { recursive: true });
    await writeFile(path.join(this.root, file), text);
  }

  async executable(name: string, script: string): Promise<void> {
    const file = path.join(this.directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  }

  /** A Node that says it is `version` and runs programs with the real one. */
  node(version: string, at = "bin/node"): Promise<void> {
    return this.executable(
      at,
      `[ "$1" = --version ] && { echo "$0" >> '${this.directory}/versions.log'; echo v${version}; exit; }
       exec '${process.execPath}' "$@"`,
    );
  }

  /** Which Nodes have been asked for their version. */
  versionsAsked(): Promise<string[]> {
    return this.linesOf("versions.log");
  }

  /** A clone with its packages, and its own Node among them. */
  async withOwnNode(version: string): Promise<void> {
    await this.node(version, ownNode);
    await copyFile(
      path.join(this.root, "package-lock.json"),
      path.join(this.root, "node_modules/.stack-lockfile"),
    );
  }

  /** An npm that installs, slowly enough for two runs to meet. */
  npm(extra = ""): Promise<void> {
    return this.executable(
      "bin/npm",
      `echo "$*" >> '${this.directory}/npm.log'
       case $1 in
         ci) rm -rf node_modules; sleep 0.3; ${extra} mkdir node_modules ;;
         install)
           mkdir -p "$3/node_modules/.bin"
           printf '#!/bin/sh\\n[ "$1" = --version ] && { echo v24.21.0; exit; }\\nexec "%s" "$@"\\n' \
             '${process.execPath}' > "$3/node_modules/.bin/node"
           chmod +x "$3/node_modules/.bin/node" ;;
       esac`,
    );
  }

  npmCalls(): Promise<string[]> {
    return this.linesOf("npm.log");
  }

  async linesOf(file: string): Promise<string[]> {
    const log = path.join(this.directory, file);
    return existsSync(log) ? (await readFile(log, "utf8")).trimEnd().split("\n") : [];
  }

  run(
    args: string[] = [],
    from = path.join(this.root, "stack"),
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    const child = spawn(from, args, {
      cwd: this.directory,
      env: {
        PATH: `${path.join(this.directory, "bin")}:${path.join(this.directory, "posix")}`,
        HOME: path.join(this.directory, "home"),
        ...environment,
      },
    });
    return new Promise((resolve, reject) => {
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
      child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
      child.on("error", reject);
      child.on("close", (code) => {
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** The system's commands without its Node and npm. */
  async posixCommands(): Promise<void> {
    const posix = path.join(this.directory, "posix");
    await mkdir(posix);
    const names = "sh cat cmp cp dirname ln mkdir mv readlink rm sleep tr uname chmod".split(" ");
    for (const name of names) {
      const found = ["/bin", "/usr/bin"].map((bin) => path.join(bin, name)).find(existsSync);
      if (found) await symlink(found, path.join(posix, name));
    }
  }
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe("the launcher", () => {
  let clone: Clone;

  beforeEach(async function () {
    if (process.platform === "win32") this.skip();
    clone = await Clone.make();
    await clone.posixCommands();
  });

  afterEach(() => rm(clone.directory, { recursive: true, force: true }));

  it("passes arguments on as they are, from a clone with spaces in its path", async () => {
    await clone.node("24.1.0");
    await clone.npm();

    const { stdout, code } = await clone.run(["up", "two words", "", "--json"]);

    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.include({ args: ["up", "two words", "", "--json"] });
  });

  it("says that the packages are not complete, and installs them at the next run", async () => {
    await clone.node("24.1.0");
    await clone.npm();
    const whole = await readFile(path.join(clone.root, commandLine), "utf8");
    await clone.write(commandLine, `import "yargs";\n${whole}`);

    const broken = await clone.run(["status"]);
    const asJson = await clone.run(["status", "--json"]);
    await clone.write(commandLine, whole);
    const next = await clone.run(["status"]);

    expect(broken.code).to.equal(1);
    expect(broken.stderr).to.include("✗ npm's packages are not complete: yargs is missing.\n→ ");
    expect(JSON.parse(asJson.stdout)).to.include({ type: "error", exitCode: 1 });
    expect(next.code).to.equal(0);
    expect((await clone.npmCalls()).filter((call) => call.startsWith("ci"))).to.have.length(3);
  });

  it("keeps the caller's working directory and puts Node's directory first on PATH", async () => {
    await clone.node("24.1.0");
    await clone.npm();

    const { stdout } = await clone.run();

    const seen = JSON.parse(stdout) as { cwd: string; path: string };
    expect(seen.cwd).to.equal(clone.directory);
    expect(seen.path.split(":")[0]).to.equal(path.join(clone.directory, "bin"));
  });

  it("finds its clone through a relative symlink", async () => {
    await clone.node("24.1.0");
    await clone.npm();
    await symlink("a clone/stack", path.join(clone.directory, "link"));

    const { code } = await clone.run([], path.join(clone.directory, "link"));

    expect(code).to.equal(0);
  });

  it("installs packages once per lockfile, and says nothing when there is nothing to do", async () => {
    await clone.node("24.1.0");
    await clone.npm();

    const first = await clone.run();
    const second = await clone.run();
    await writeFile(path.join(clone.root, "package-lock.json"), '{"changed":true}');
    await clone.run();

    expect(first.stderr).to.contain("installing npm packages");
    expect(second.stderr).to.equal("");
    expect(await clone.npmCalls()).to.have.lengthOf(2);
  });

  it("writes nothing itself to stdout", async () => {
    await clone.node("24.1.0");
    await clone.npm("echo npm speaks;");

    const { stdout } = await clone.run();

    expect(stdout.trim().split("\n")).to.have.lengthOf(1);
  });

  it("does an interrupted install again", async () => {
    await clone.node("24.1.0");
    await clone.npm("mkdir node_modules; exit 1;");
    const failed = await clone.run();
    await clone.npm();

    const { code } = await clone.run();

    expect(failed.code).to.equal(1);
    expect(failed.stderr).to.contain("npm ci failed");
    expect(code).to.equal(0);
    expect(await clone.npmCalls()).to.have.lengthOf(2);
  });

  it("lets one of two runs install while the other waits", async () => {
    await clone.node("24.1.0");
    await clone.npm();

    const both = await Promise.all([clone.run(), clone.run()]);

    expect(both.map(({ code }) => code)).to.deep.equal([0, 0]);
    expect(await clone.npmCalls()).to.have.lengthOf(1);
    expect(await readdir(path.join(clone.root, ".stack"))).to.deep.equal([]);
  });

  it("takes over the lock of a run that died", async () => {
    await clone.node("24.1.0");
    await clone.npm();
    await mkdir(path.join(clone.root, ".stack"));
    // Above any process id that Linux or macOS hands out.
    await symlink("99999999", path.join(clone.root, ".stack/npm-ci.lock"));

    const { code } = await clone.run();

    expect(code).to.equal(0);
    expect(await readdir(path.join(clone.root, ".stack"))).to.deep.equal([]);
  });

  for (const version of ["20.20.2", "22.17.1"]) {
    it(`fetches a Node into the user's cache when PATH has ${version}, and only once`, async () => {
      await clone.node(version);
      await clone.npm();

      const first = await clone.run();
      const second = await clone.run();

      expect(first.stderr).to.contain("fetching Node");
      expect([second.code, second.stderr]).to.deep.equal([0, ""]);
      const fetches = (await clone.npmCalls()).filter((call) => call.startsWith("install"));
      expect(fetches).to.have.lengthOf(1);
      expect(fetches[0]).to.contain("home/.cache/agent-stack/node/");
    });
  }

  it("takes the clone's own Node before it fetches one", async () => {
    await clone.node("20.20.2");
    await clone.npm();
    await clone.withOwnNode("24.21.0");

    const { code, stderr } = await clone.run();

    expect([code, stderr]).to.deep.equal([0, ""]);
    expect(await clone.npmCalls()).to.deep.equal([]);
  });

  it("prefers the clone's own Node, and asks it once whether it runs here", async () => {
    await clone.node("24.1.0");
    await clone.withOwnNode("24.21.0");

    const first = await clone.run();
    const second = await clone.run();

    expect([first.code, second.code]).to.deep.equal([0, 0]);
    expect(await clone.versionsAsked()).to.deep.equal([path.join(clone.directory, ownNode)]);
  });

  it("asks again after the clone's own Node was replaced, and takes another where it is too old", async () => {
    await clone.node("24.1.0");
    await clone.withOwnNode("24.21.0");
    await clone.run();

    await clone.node("20.20.2", ownNode);
    const { code, stdout } = await clone.run();

    expect(code).to.equal(0);
    expect((JSON.parse(stdout) as { path: string }).path).to.match(/^[^:]*[/]bin:/);
    expect((JSON.parse(stdout) as { path: string }).path).not.to.include("node_modules");
  });

  it("asks again on another machine, which has the same clone", async () => {
    await clone.withOwnNode("24.21.0");
    await clone.run();

    await clone.write("node_modules/.stack-node", "another machine\n");
    await clone.run();

    expect(await clone.versionsAsked()).to.have.lengthOf(2);
  });

  it("starts one program besides Node where all is there", async () => {
    await clone.withOwnNode("24.21.0");
    await clone.run();
    const log = path.join(clone.directory, "commands.log");
    const posix = path.join(clone.directory, "posix");
    for (const name of await readdir(posix)) {
      if (name === "sh") continue;
      const command = await realpath(path.join(posix, name));
      await rm(path.join(posix, name));
      await clone.executable(`posix/${name}`, `echo ${name} >> '${log}'\nexec '${command}' "$@"`);
    }

    const { code, stderr } = await clone.run();

    expect([code, stderr]).to.deep.equal([0, ""]);
    expect(await clone.linesOf("commands.log")).to.deep.equal(["cmp"]);
  });

  it("has Node keep what it compiles in the user's cache, unless it is told another place", async () => {
    await clone.withOwnNode("24.21.0");
    const compiled = async (more: Readonly<Record<string, string>>) => {
      const { stdout } = await clone.run([], undefined, more);
      return (JSON.parse(stdout) as { compiled: string }).compiled;
    };
    const inside = (name: string) => path.join(clone.directory, name);

    expect(await compiled({})).to.equal(inside("home/.cache/agent-stack/compiled"));
    expect(await compiled({ XDG_CACHE_HOME: inside("xdg") })).to.equal(
      inside("xdg/agent-stack/compiled"),
    );
    expect(await compiled({ XDG_CACHE_HOME: "relative" })).to.equal(
      inside("home/.cache/agent-stack/compiled"),
    );
    expect(await compiled({ NODE_COMPILE_CACHE: inside("own") })).to.equal(inside("own"));
  });

  it("says what to install where there is neither Node nor npm", async () => {
    const { code, stderr } = await clone.run();

    expect(code).to.equal(1);
    expect(stderr).to.contain("Node 22.18 or newer is needed").and.to.contain("Install Node");
  });
});

describe("what the launcher on Windows installs packages with", () => {
  let clone: Clone;
  const installer = "scripts/install-packages.js";

  beforeEach(async function () {
    // The stand-in for npm is a shell script.
    if (process.platform === "win32") this.skip();
    clone = await Clone.make();
    await clone.posixCommands();
    await clone.node("24.1.0");
    await mkdir(path.join(clone.root, path.dirname(installer)), { recursive: true });
    await copyFile(path.join(root, installer), path.join(clone.root, installer));
    // Any Node runs it, and knows that it is a module.
    await writeFile(path.join(clone.root, "package.json"), '{"type":"module"}');
  });

  afterEach(() => rm(clone.directory, { recursive: true, force: true }));

  const install = () =>
    clone.run([path.join(clone.root, installer)], path.join(clone.directory, "bin/node"));

  it("does it once, while a second run waits", async () => {
    await clone.npm();

    const both = await Promise.all([install(), install()]);
    const third = await install();

    expect(both.map(({ code }) => code)).to.deep.equal([0, 0]);
    expect(both.map(({ stderr }) => stderr).join("")).to.include("waiting for process");
    expect(third.stderr).to.equal("");
    expect(await clone.npmCalls()).to.have.length(1);
  });

  it("takes over the lock of a run that died, and leaves none", async () => {
    await clone.npm();
    const lock = path.join(clone.root, ".stack/npm-ci.pid");
    await mkdir(path.dirname(lock));
    await writeFile(lock, "999999999");

    expect((await install()).code).to.equal(0);
    expect(existsSync(lock)).to.equal(false);
  });

  it("does it again where npm failed", async () => {
    await clone.npm("exit 7;");
    const failed = await install();
    await clone.npm();
    const next = await install();

    expect(failed.code).to.equal(1);
    expect(failed.stderr).to.include("npm ci failed");
    expect(next.code).to.equal(0);
    expect(await clone.npmCalls()).to.have.length(2);
  });
});

describe("stack.cmd", () => {
  it("expands no variable inside parentheses, which one in its value would end", async () => {
    const lines = (await readFile(path.join(root, "stack.cmd"), "utf8")).split(/\r?\n/);
    let depth = 0;
    for (const line of lines.filter((each) => !each.startsWith("rem "))) {
      const bare = line.replaceAll(/"[^"]*"/g, "");
      const opens = bare.split("(").length - 1;
      if (depth + opens > 0) expect(line).not.to.match(/%[^%]*%|%~/);
      depth += opens - (bare.split(")").length - 1);
    }
    expect(depth).to.equal(0);
  });
});
