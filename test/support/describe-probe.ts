import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { eventually } from "./eventually.ts";
import { renderedProbe } from "./rendered-probe.ts";

/** How the server answers: a status, or not at all on a connection that is open. */
type Behaviour = number | "hangs" | "closes at once";

/** A server that says when it is asked, on one port for its whole life. */
class ScriptedServer {
  behaviour: Behaviour = 200;
  asked = 0;
  port = 0;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  async listen(): Promise<void> {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
      if (this.behaviour === "closes at once") socket.resetAndDestroy();
      socket.on("data", () => {
        this.asked += 1;
        if (typeof this.behaviour !== "number") return;
        socket.end(`HTTP/1.1 ${this.behaviour} Word\r\ncontent-length: 2\r\n\r\nok`);
      });
    }).listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = (this.#server.address() as { port: number }).port;
  }

  async die(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server?.close();
    if (this.#server) await once(this.#server, "close");
    this.#server = undefined;
  }
}

interface Ended {
  readonly code: number | null;
  readonly said: string;
  readonly seconds: number;
}

/** The behaviour of a probe, with a server that does what it is told. Half a minute of waiting: one file for each kind. */
export function describeProbe(kind: "bash" | "python"): void {
  describe(`a probe in ${kind}`, function () {
    this.timeout(60_000);
    // Its times are those of a free core, and other tests run on the same machine.
    this.retries(2);
    let folder = "";
    let server: ScriptedServer;
    let probes: ChildProcess[] = [];

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), "probe-"));
      server = new ScriptedServer();
      probes = [];
      await server.listen();
    });

    afterEach(async () => {
      for (const probe of probes) probe.kill("SIGKILL");
      await server.die();
      rmSync(folder, { recursive: true, force: true });
    });

    const memory = () => join(folder, "memory");

    /** As Docker starts it: the container's command, with nothing at its standard input. */
    function start(
      settings: { interval?: number; startPeriod?: number; once?: boolean } = {},
    ): Promise<Ended> & { process: ChildProcess } {
      const { interval = 1, startPeriod = 4 } = settings;
      const [program = "", ...words] = renderedProbe(kind, server.port, interval, startPeriod);
      const began = Date.now();
      const env = {
        PATH: process.env["PATH"],
        PROBE_MEMORY: memory(),
        ...(settings.once && { PROBE_ONCE: "1" }),
      };
      const probe = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], env });
      probes.push(probe);
      let said = "";
      for (const stream of [probe.stdout, probe.stderr])
        stream.on("data", (data: Buffer) => (said += data.toString()));
      const end = once(probe, "close").then(([code]) => ({
        code: code as number | null,
        said: said.trim(),
        seconds: (Date.now() - began) / 1000,
      }));
      return Object.assign(end, { process: probe });
    }

    /** The server was healthy, and Docker has been told. */
    async function afterHealth(interval = 1): Promise<void> {
      expect((await start({ interval })).code).to.equal(0);
      server.asked = 0;
    }

    it("ends at once when the server is healthy for the first time, and says nothing", async () => {
      const { code, said, seconds } = await start();

      expect({ code, said }).to.deep.equal({ code: 0, said: "" });
      expect(seconds).to.be.lessThan(1);
      expect(server.asked).to.equal(1);
    });

    it("waits for a late server, and ends within a quarter of a second of its first answer", async () => {
      await server.die();
      const probe = start({ startPeriod: 20 });
      await delay(1500);
      await server.listen();
      const listens = Date.now();
      const { code, said } = await probe;

      expect({ code, said }).to.deep.equal({ code: 0, said: "" });
      expect(Date.now() - listens).to.be.lessThan(250);
    });

    it("waits for a server that first answers that it is not ready", async () => {
      server.behaviour = 503;
      const probe = start({ startPeriod: 20 });
      await delay(1000);
      server.behaviour = 200;

      expect((await probe).code).to.equal(0);
      expect(server.asked).to.be.within(4, 15);
    });

    it("fails when the start period is over, and says why", async () => {
      server.behaviour = 503;
      const { code, said, seconds } = await start({ startPeriod: 2 });

      expect(code).to.equal(1);
      expect(said).to.equal("/health: HTTP/1.1 503 Word");
      expect(seconds).to.be.within(2, 4.5);
    });

    it("keeps the start period of the first probe when that one was killed", async () => {
      await server.die();
      const first = start({ startPeriod: 3 });
      await delay(2000);
      first.process.kill("SIGKILL");
      await first;
      const { code, said, seconds } = await start({ startPeriod: 3 });

      expect(code).to.equal(1);
      expect(said).to.match(/onnection refused/);
      expect(seconds).to.be.within(0.5, 3);
    });

    it("stays with a healthy server, asks it once in each interval, and has no process between checks", async () => {
      await afterHealth();
      const probe = start();
      await delay(4300);
      const { pid } = probe.process;
      const children = () => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();

      expect(server.asked).to.be.within(3, 5);
      expect(probe.process.exitCode).to.equal(null);
      await eventually(() => children() === "", "it has no process besides itself");
    });

    it("ends at the first bad check of a server that was healthy, then tries each second", async () => {
      await afterHealth();
      const watching = start();
      await delay(300);
      await server.die();
      const first = await watching;
      const second = await start({ interval: 2 });

      expect(first.code).to.equal(1);
      expect(first.said).to.match(/onnection refused/);
      expect(first.seconds).to.be.lessThan(2.5);
      expect(second.code).to.equal(1);
      expect(second.seconds).to.be.within(1.5, 3.5);
    });

    it("ends well as soon as the server is back", async () => {
      await afterHealth();
      server.behaviour = 500;
      expect((await start()).code).to.equal(1);
      const probe = start({ interval: 10 });
      await delay(1500);
      server.behaviour = 200;
      const { code, seconds } = await probe;

      expect(code).to.equal(0);
      expect(seconds).to.be.lessThan(4);
    });

    it("gives a hung server five seconds for an answer", async () => {
      await afterHealth();
      server.behaviour = "hangs";
      const { code, said, seconds } = await start();

      expect(code).to.equal(1);
      expect(said).to.equal("/health: no answer within 5 s");
      expect(seconds).to.be.within(5.5, 8);
    });

    it("outlives a server that closes the connection before it has asked", async () => {
      server.behaviour = "closes at once";
      const probe = start({ startPeriod: 20 });
      await delay(1000);
      server.behaviour = 200;

      expect((await probe).code).to.equal(0);
    });

    it("tells at once how the server is when the probe before it was killed", async () => {
      await afterHealth();
      const killed = start({ interval: 5 });
      await delay(500);
      killed.process.kill("SIGKILL");
      await killed;
      const next = await start({ interval: 5 });

      expect(next.code).to.equal(0);
      expect(next.seconds).to.be.lessThan(1);
    });

    it("starts from nothing in a container that was started again", async () => {
      await afterHealth();
      rmSync(memory());
      await server.die();
      const probe = start({ startPeriod: 20 });
      await delay(1000);
      await server.listen();

      expect((await probe).code).to.equal(0);
    });

    it("does not end again and again where it can remember nothing", async () => {
      rmSync(folder, { recursive: true });
      writeFileSync(folder, "");
      const { code, seconds } = await start({ interval: 2 });

      expect(code).to.equal(0);
      expect(seconds).to.be.within(2, 4);
    });

    it("checks once where it is told so, as ./stack health does, and touches nothing", async () => {
      const good = await start({ once: true });
      server.behaviour = 500;
      const bad = await start({ once: true });

      expect(good).to.deep.include({ code: 0, said: "" });
      expect(bad).to.deep.include({ code: 1, said: "/health: HTTP/1.1 500 Word" });
      expect(() => readFileSync(memory())).to.throw(/ENOENT/);
    });
  });
}
