import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { expect } from "chai";
import { thisMachine } from "../../../cli/docker/host/engine-machine.ts";
import { listeningInodes, programOf } from "../../../cli/os/listening-process.ts";
import { takenPorts } from "../../../cli/ports/require-free-ports.ts";
import { container } from "../../support/state.ts";

describe("a port of this machine", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function listen(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    return (server.address() as { port: number }).port;
  }

  it("is taken by the process that listens there, which is named", async function () {
    if (process.platform !== "linux") this.skip();
    const port = await listen();
    const wanted = [{ service: "agent", setting: "AGENT_PORT", port }] as const;

    const [taken] = await takenPorts(undefined, thisMachine, import.meta.dirname, wanted, []);

    expect(taken?.holder).to.deep.include({ kind: "process", pid: process.pid });
  });

  it("is not taken where the stack's own container has it, or nobody", async () => {
    const port = await listen();
    const [server] = servers;
    const wanted = [{ service: "agent", setting: "AGENT_PORT", port }] as const;
    const own = [container("agent", { ports: [`127.0.0.1:${port}`] })];

    const whileOwn = await takenPorts(undefined, thisMachine, import.meta.dirname, wanted, own);
    server?.close();
    if (server) await once(server, "close");
    const whileFree = await takenPorts(undefined, thisMachine, import.meta.dirname, wanted, []);

    expect([whileOwn, whileFree]).to.deep.equal([[], []]);
  });
});

describe("who listens", () => {
  it("is read from the kernel's table: the port, and only sockets that listen", () => {
    const table = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0",
      "   1: 0100007F:1F40 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0",
      "   2: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0",
    ].join("\n");

    expect(listeningInodes(table, 8000)).to.deep.equal(["4711"]);
  });

  it("is shown as a program and its script, and never with words that may be secrets", () => {
    expect(programOf(["/usr/bin/node", "/srv/server.js", "--key=secret"])).to.equal(
      "node server.js",
    );
    expect(programOf(["redis-server", "--requirepass", "secret"])).to.equal("redis-server");
    expect(programOf(["mysqld", "secret"])).to.equal("mysqld");
  });
});
