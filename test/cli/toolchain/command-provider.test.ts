import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { CommandProvider } from "../../../cli/toolchain/command-provider/command-provider.ts";
import { secret } from "../../../cli/toolchain/command-provider/secrets.ts";
import { commandPluginPart } from "../../../cli/toolchain/command-plugin-part.ts";
import { installPart } from "../../../cli/toolchain/part.ts";
import { Scratch } from "./scratch.ts";

const urn = "urn:pulumi:dev::agent-stack::command:local:Command::greet";
const quiet = { logging: "none" };

describe("the command provider", () => {
  let scratch: Scratch;
  let provider: CommandProvider;

  beforeEach(() => {
    scratch = new Scratch();
    provider = new CommandProvider(scratch.directory, {
      PATH: process.env["PATH"],
      INHERITED: "yes",
    });
  });

  afterEach(() => {
    scratch.remove();
  });

  const create = async (inputs: Record<string, unknown>) => {
    const result = await provider.create(urn, { ...quiet, ...inputs });
    return { id: result.id, outs: result.outs as Record<string, unknown> };
  };

  it("keeps a command's inputs, and its output without the last line's end", async () => {
    const { id, outs } = await create({ create: "echo out; echo err >&2" });

    expect(id).to.match(/^greet[0-9a-f]{8}$/);
    expect(outs).to.deep.equal({
      ...quiet,
      create: "echo out; echo err >&2",
      stdout: "out",
      stderr: "err",
    });
  });

  it("passes environment, input, directory and interpreter on", async () => {
    scratch.write("inner/file", "");

    const { outs } = await create({
      create:
        'process.stdin.on("data", (d) => console.log(`${d} ${process.env.A} ${process.env.INHERITED} ${process.cwd()}`))',
      interpreter: [process.execPath, "-e"],
      environment: { A: "a" },
      stdin: "typed",
      dir: "inner",
    });

    expect(outs["stdout"]).to.equal(`typed a yes ${scratch.path("inner")}`);
  });

  it("shows what a failing command said", async () => {
    const error: unknown = await create({ create: "echo no such thing >&2; exit 4" }).catch(
      (reason: unknown) => reason,
    );

    expect(error)
      .to.have.property("message")
      .that.contains("exit code 4")
      .and.contains("no such thing");
  });

  it("keeps what is made of a secret secret", async () => {
    const environment = { KEY: secret("hunter2") };

    const { outs } = await create({ create: "echo $KEY", environment });

    expect(outs["environment"]).to.deep.equal({ KEY: secret("hunter2") });
    expect(outs["stdout"]).to.deep.equal(secret("hunter2"));
    expect(outs["stderr"]).to.deep.equal(secret(""));
  });

  it("replaces for changed triggers, and updates for any other input", async () => {
    const { outs } = await create({ create: "echo 1", triggers: ["a"] });
    const diff = (news: Record<string, unknown>) =>
      provider.diff("id", urn, outs, { ...quiet, create: "echo 1", triggers: ["a"], ...news });

    expect(await diff({})).to.deep.equal({ changes: false, replaces: [] });
    expect(await diff({ triggers: ["b"] })).to.deep.equal({
      changes: true,
      replaces: ["triggers"],
    });
    expect(await diff({ create: "echo 2" })).to.deep.equal({ changes: true, replaces: [] });
  });

  it("sees no change where a value only became secret", async () => {
    const { outs } = await create({ create: "true", stdin: "x" });

    const { changes } = await provider.diff("id", urn, outs, {
      ...quiet,
      create: "true",
      stdin: secret("x"),
    });

    expect(changes).to.equal(false);
  });

  it("updates by its update command, which may read what was said before", async () => {
    const { outs } = await create({ create: "echo first" });
    const news = { ...quiet, create: "echo first", update: "echo after $PULUMI_COMMAND_STDOUT" };

    const result = await provider.update("id", urn, outs, news);

    expect(result.outs).to.include({ stdout: "after first" });
  });

  it("runs its create command again where there is no update command", async () => {
    const { outs } = await create({ create: "echo first" });

    const result = await provider.update("id", urn, outs, {
      ...quiet,
      create: 'echo "second $PULUMI_COMMAND_STDOUT"',
      addPreviousOutputInEnv: false,
    });

    expect(result.outs).to.include({ stdout: "second" });
  });

  it("runs its delete command, and nothing where there is none", async () => {
    const gone = { ...quiet, delete: "echo $PULUMI_COMMAND_STDOUT > deleted", stdout: "made" };

    await provider.delete("id", urn, { ...quiet, create: "touch deleted" });
    const before = existsSync(scratch.path("deleted"));
    await provider.delete("id", urn, gone);

    expect(before).to.equal(false);
    expect(scratch.read("deleted")).to.equal("made\n");
  });

  it("refuses what only the official provider serves, and says how to get that", async () => {
    const { failures } = await provider.check(urn, {}, { create: "true", assetPaths: ["*.txt"] });
    const remote = await provider.check(urn.replace("local", "remote"), {}, { create: "true" });

    expect(failures?.[0]?.property).to.equal("assetPaths");
    expect(failures?.[0]?.reason).to.contain("pulumi plugin install");
    expect(remote.failures).to.have.lengthOf(1);
  });

  it("ends a running command, and what that started, when cancelled", async () => {
    const running = create({ create: "(sleep 0.6; touch late) & touch started; wait" }).catch(
      (reason: unknown) => reason,
    );
    while (!existsSync(scratch.path("started"))) await sleep(20);

    await provider.cancel();
    const error = await running;
    await sleep(800);

    expect(error).to.have.property("message").that.contains("SIGTERM");
    expect(existsSync(scratch.path("late"))).to.equal(false);
  });

  it("starts from the cache, with no clone in sight", async () => {
    const { executable } = await installPart(commandPluginPart, {
      root: scratch.directory,
      environment: {},
      signal: undefined,
      report: () => undefined,
    });
    const child = spawn(executable, ["127.0.0.1:1"], {
      cwd: scratch.directory,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let problems = "";
    child.stderr.on("data", (data: Buffer) => (problems += data.toString()));

    const [port] = (await Promise.race([once(child.stdout, "data"), once(child, "exit")])) as [
      Buffer | number,
    ];
    child.kill();

    expect(problems).to.equal("");
    expect(String(port)).to.match(/^\d+\n$/);
  });
});
