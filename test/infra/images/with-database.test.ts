import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { withDatabase } from "../../../infra/services/with-database.ts";
import { testSources } from "../../support/desired.ts";
import { eventually } from "../../support/eventually.ts";

/** What Postgres says first: that it wants a password, or that it is starting. */
const wantsPassword = Buffer.from("R\0\0\0\x17\0\0\0\nSCRAM-SHA-256\0\0", "latin1");
const isStarting = Buffer.from(
  "E\0\0\0\x50SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0",
  "latin1",
);

describe("a program that is started with its database", function () {
  this.timeout(20_000);
  let folder = "";
  let port = 0;
  let server: Server | undefined;
  let answer = wantsPassword;
  let program: ChildProcess | undefined;
  let said = "";

  async function startDatabase(): Promise<void> {
    server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(answer));
    }).listen(port, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as { port: number }).port;
  }

  async function stopDatabase(): Promise<void> {
    server?.close();
    if (server) await once(server, "close");
    server = undefined;
  }

  /** Runs `source` as the module that needs the database. */
  function start(source: string): Promise<number | null> {
    writeFileSync(join(folder, "heavy.py"), "print('heavy', flush=True)\n");
    writeFileSync(join(folder, "server.py"), source);
    const words = withDatabase(testSources.readText, {
      variable: "DATABASE",
      modules: ["heavy", "missing_module"],
      command: ["server", "--port", "1"],
    });
    program = spawn("python3", words, {
      cwd: folder,
      env: { PATH: process.env["PATH"], DATABASE: `postgresql://a:b@127.0.0.1:${port}/c` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [program.stdout, program.stderr])
      stream?.on("data", (data: Buffer) => (said += data.toString()));
    return once(program, "close").then(([code]) => code as number | null);
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "with-database-"));
    said = "";
    answer = wantsPassword;
    await startDatabase();
  });

  afterEach(async () => {
    program?.kill("SIGKILL");
    await stopDatabase();
    rmSync(folder, { recursive: true, force: true });
  });

  it("loads its modules first, waits for the database, then runs with its own words", async () => {
    await stopDatabase();
    const ended = start("import sys\nprint('runs', __name__, sys.argv[1:], flush=True)\n");
    await eventually(() => /waiting for the database.*refused/.test(said), "it waits");
    expect(said)
      .to.match(/^heavy/)
      .and.not.to.include("runs");
    await startDatabase();

    expect(await ended).to.equal(0);
    expect(said).to.include("runs __main__ ['--port', '1']");
  });

  it("waits for a database that is starting, too", async () => {
    answer = isStarting;
    const ended = start("print('runs', flush=True)\n");
    await eventually(() => said.includes("it is starting"), "it waits");
    answer = wantsPassword;

    expect(await ended).to.equal(0);
  });

  it("starts again by itself where the database went away meanwhile", async () => {
    const ended = start(
      [
        "import os, time",
        "print('runs', flush=True)",
        "if not os.path.exists('begun'):",
        "    open('begun', 'w').close()",
        "    while not os.path.exists('lost'): time.sleep(0.1)",
        "    raise RuntimeError('lost')",
      ].join("\n"),
    );
    await eventually(() => said.includes("runs"), "it runs");
    await stopDatabase();
    writeFileSync(join(folder, "lost"), "");
    await eventually(() => said.includes("starting again"), "it starts again");
    await startDatabase();

    expect(await ended).to.equal(0);
    expect(said.match(/^runs$/gm)).to.have.length(2);
  });

  it("ends as its program does where the database is there", async () => {
    expect(await start("raise SystemExit(3)\n")).to.equal(3);
    expect(await start("raise RuntimeError('a bug')\n")).to.equal(1);
    expect(said).to.include("RuntimeError: a bug").and.not.to.include("starting again");
  });
});
