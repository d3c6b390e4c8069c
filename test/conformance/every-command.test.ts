import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { rmSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { expect } from "chai";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { everyCommand } from "../support/every-command.ts";
import { jsonLines, scratchClone } from "../support/system-stack.ts";

/** How long a command may take to end after Ctrl-C; most of it is patience with a busy machine. */
const patienceMilliseconds = 1_500;

/** Takes connections and never answers: a Docker, or a registry, that hangs. */
class SilentServer {
  readonly #server: Server;
  readonly #callers = new EventEmitter();

  constructor() {
    this.#server = createServer((socket) => {
      socket.on("error", () => undefined);
      this.#callers.emit("caller");
    });
  }

  async listen(where: { readonly path: string } | { readonly port: number }): Promise<void> {
    this.#server.listen({ host: "127.0.0.1", ...where });
    await once(this.#server, "listening");
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" ? (address?.port ?? 0) : 0;
  }

  /** Resolves when somebody connects from now on. */
  nextCaller(): Promise<unknown> {
    return once(this.#callers, "caller");
  }

  close(): void {
    this.#server.close();
  }
}

describe("every command with --json", () => {
  let clone = "";
  const docker = new SilentServer();
  const registry = new SilentServer();
  const socket = join(tmpdir(), `silent-${process.pid}.sock`);

  before(async function () {
    this.timeout(60_000);
    if (process.platform === "win32") this.skip();
    clone = scratchClone();
    symlinkSync(join(import.meta.dirname, "../../node_modules"), join(clone, "node_modules"));
    await docker.listen({ path: socket });
    await registry.listen({ port: 0 });
  });

  after(() => {
    docker.close();
    registry.close();
    rmSync(clone, { recursive: true, force: true });
  });

  function start(command: readonly string[], network: { docker: string; registry: number }) {
    const address = `http://127.0.0.1:${network.registry}`;
    const child = spawn(
      process.execPath,
      [join(clone, "cli/main.ts"), ...command, "--json", "--yes", "--stack", "ctrl-c"],
      {
        cwd: clone,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          ...process.env,
          NODE_COMPILE_CACHE: join(clone, ".stack/compiled"),
          DOCKER_HOST: `unix://${network.docker}`,
          ...{
            HTTP_PROXY: address,
            HTTPS_PROXY: address,
            http_proxy: address,
            https_proxy: address,
          },
          ...{ npm_config_registry: address, npm_config_fetch_retries: "0" },
          ...{ PIP_INDEX_URL: `${address}/simple`, PIP_RETRIES: "0" },
        },
      },
    );
    const ended = (async () => {
      const [stdout, stderr, [code, signal]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>,
      ]);
      return { exitCode: code ?? signal, stdout, stderr };
    })();
    return { child, ended };
  }

  /** Each line is an object of our schema, and the last is how it ended. */
  function expectOutcome(stdout: string, stderr: string): Readonly<Record<string, unknown>> {
    const lines = jsonLines(stdout);
    const last = lines.at(-1);
    expect(lines.map(({ schema }) => schema)).to.deep.equal(lines.map(() => "agent-stack/1"));
    expect(last?.["type"], stdout + stderr).to.be.oneOf(["result", "error"]);
    expect(stdout + stderr).not.to.match(/bug of ours|^ +at /m);
    return last ?? {};
  }

  // Both signals take one way through the program: each command is sent one of them.
  for (const [index, command] of everyCommand().entries()) {
    it(`${command.join(" ")}: says how it ended where there is no Docker`, async () => {
      const network = { docker: "/nonexistent/docker.sock", registry: 9 };
      const { exitCode, stdout, stderr } = await start(command, network).ended;

      const { type, exitCode: said } = expectOutcome(stdout, stderr);
      if (type === "error") expect(exitCode).to.equal(said);
    }).timeout(60_000);

    const signal = index % 2 === 0 ? "SIGINT" : "SIGTERM";
    it(`${command.join(" ")}: ends within a second of ${signal} where Docker hangs`, async () => {
      const working = Promise.race([docker.nextCaller(), registry.nextCaller()]);
      const { child, ended } = start(command, { docker: socket, registry: registry.port });
      await Promise.race([working, ended, delay(20_000)]);
      // One that needs neither has ended by itself.
      const wasWorking = child.kill(signal);
      const sent = Date.now();
      const { exitCode, stdout, stderr } = await ended;

      expect(Date.now() - sent).to.be.lessThan(patienceMilliseconds);
      const last = expectOutcome(stdout, stderr);
      if (!wasWorking) return;
      expect(exitCode, stdout + stderr).to.equal(130);
      expect(last).to.include({ type: "error", exitCode: 130 });
    }).timeout(60_000);
  }
});
