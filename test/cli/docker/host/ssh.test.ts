import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { dockerClient } from "../../../../cli/docker/docker-client.ts";
import { describeMachine, engineMachine } from "../../../../cli/docker/host/engine-machine.ts";
import { explicitHost } from "../../../../cli/docker/host/explicit-host.ts";
import { findAmong } from "../../../../cli/docker/host/find-docker-host.ts";
import { channelWords, sshDestination } from "../../../../cli/docker/host/ssh-destination.ts";
import { takenPorts } from "../../../../cli/ports/require-free-ports.ts";
import { StackError } from "../../../../infra/stack-error.ts";
import { eventually } from "../../../support/eventually.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

const host = "ssh://ada@build-box:2222";

/** Joins its standard input and output with the engine, or with the port that -W names. */
const fakeClient = `#!${process.execPath}
const { appendFileSync, readFileSync } = require("node:fs");
const { connect } = require("node:net");
const words = process.argv.slice(2);
const folder = __dirname;
appendFileSync(folder + "/calls", JSON.stringify(words) + "\\n");
process.on("SIGTERM", () => process.exit());
process.on("exit", () => appendFileSync(folder + "/ends", "\\n"));
const forward = words[words.indexOf("-W") + 1];
if (words.at(-1) === "/proc/net/tcp6") {
  process.stdout.write(readFileSync(folder + "/table"));
} else {
  const socket = words.includes("-W")
    ? connect(Number(forward.split(":")[1]), "127.0.0.1")
    : connect(folder + "/engine.sock");
  process.stdin.pipe(socket).pipe(process.stdout);
  socket.on("error", (error) => { console.error(error.message); process.exitCode = 255; });
}
`;

describe("an engine behind ssh", () => {
  const folder = scratchFolder();
  const servers: Server[] = [];
  const path = process.env["PATH"] ?? "";
  beforeEach(() => {
    mkdirSync(join(folder.path, "bin"));
    process.env["PATH"] = join(folder.path, "bin") + delimiter + path;
  });
  afterEach(() => {
    process.env["PATH"] = path;
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  function client(script: string): void {
    const file = join(folder.path, "bin", "ssh");
    writeFileSync(file, script);
    chmodSync(file, 0o755);
  }

  function calls(): string[][] {
    const lines = readFileSync(join(folder.path, "bin", "calls"), "utf8")
      .trim()
      .split("\n");
    return lines.map((line) => JSON.parse(line) as string[]);
  }

  async function listen(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    ...at: [string] | [number, string]
  ): Promise<Server> {
    const server = createServer(answer);
    servers.push(server);
    if (at.length === 1) server.listen(at[0]);
    else server.listen(...at);
    await once(server, "listening");
    return server;
  }

  function engine(answer: (request: IncomingMessage, response: ServerResponse) => void) {
    return listen(answer, join(folder.path, "bin", "engine.sock"));
  }

  it("is asked through the user's own client, as the docker command does", async () => {
    client(fakeClient);
    await engine((_request, response) => response.end('{"Version":"28.5.2","ApiVersion":"1.51"}'));

    const found = await findAmong(explicitHost({ DOCKER_HOST: host }, folder.path), []);

    expect(found).to.deep.include({ host, engineVersion: "28.5.2" });
    const [words = []] = calls();
    expect(words.join(" ")).to.include("-l ada -p 2222 -- build-box docker system dial-stdio");
    expect(words).to.include("BatchMode=yes");
  });

  it("keeps connections and opens few at once, however much is asked at the same time", async () => {
    client(fakeClient);
    let together = 0;
    let most = 0;
    await engine((request, response) => {
      together += 1;
      most = Math.max(most, together);
      request.resume();
      setTimeout(() => {
        together -= 1;
        response.end("[]");
      }, 20);
    });
    const docker = dockerClient({ host });

    await Promise.all(Array.from({ length: 20 }, () => docker.listContainers()));
    const opened = calls().length;
    for (let round = 0; round < 5; round += 1) await docker.listContainers();

    expect(calls()).to.have.length(opened);
    expect(opened).to.be.at.most(20);
    expect(most).to.be.greaterThan(1);
  });

  it("streams into a command and back", async () => {
    client(fakeClient);
    const server = await engine(() => undefined);
    server.on("upgrade", (_request, socket) => {
      socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
      socket.on("data", (data: Buffer) => socket.write(data.toString("utf8").toUpperCase()));
      socket.on("end", () => socket.end());
    });
    const stream = await dockerClient({ host }).getExec("x").start({ hijack: true, stdin: true });
    let heard = "";
    stream.on("data", (data: Buffer) => (heard += data.toString("utf8")));

    stream.end("hello");
    await once(stream, "end");

    expect(heard).to.equal("HELLO");
  });

  it("ends the client's process when a stream is given up", async () => {
    client(fakeClient);
    await engine((_request, response) => {
      response.writeHead(200).write("{}\n");
    });
    const events = (await dockerClient({ host }).getEvents()) as NodeJS.ReadableStream & {
      destroy(): void;
    };
    await once(events, "data");

    events.destroy();

    const notes = join(folder.path, "bin", "ends");
    await eventually(
      () => existsSync(notes) && readFileSync(notes, "utf8") !== "",
      "the client has ended",
      2500,
    );
  });

  const failures: [string, string, string, string][] = [
    [
      "an unknown key",
      "Host key verification failed.",
      "does not know the host key",
      "ssh -p 2222 ada@build-box",
    ],
    [
      "a changed key",
      "@@@@@@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.",
      "is not the one that this machine knows",
      'ssh-keygen -R "[build-box]:2222"',
    ],
    [
      "a refused login",
      "ada@build-box: Permission denied (publickey).",
      "refuses the login",
      "ssh-copy-id",
    ],
    [
      "a host that is off",
      "ssh: connect to host build-box port 2222: Connection timed out",
      "can't be reached by SSH",
      "its SSH server listens",
    ],
    [
      "an unknown name",
      "ssh: Could not resolve hostname build-box: Name or service not known",
      "no host of the name",
      "~/.ssh/config",
    ],
    [
      "no docker command",
      "sh: 1: docker: not found",
      "no docker command on ada@build-box:2222",
      "Install Docker there",
    ],
    [
      "anything else",
      "kex_exchange_identification: banner line contains invalid characters",
      "failed",
      "ssh -p 2222 ada@build-box",
    ],
  ];
  for (const [what, stderr, message, remedy] of failures) {
    it(`says what to do about ${what}`, async () => {
      client(`#!/bin/sh\ncat >&2 <<'END'\n${stderr}\nEND\nexit 255\n`);

      const chosen = explicitHost({ DOCKER_HOST: host }, folder.path);
      const error: unknown = await findAmong(chosen, []).catch((reason: unknown) => reason);

      expect(error).to.be.instanceOf(StackError);
      expect((error as StackError).message).to.include(message);
      expect((error as StackError).remedy).to.include(remedy);
    });
  }

  it("says so where this machine has no ssh", async () => {
    process.env["PATH"] = join(folder.path, "bin");

    const chosen = explicitHost({ DOCKER_HOST: host }, folder.path);
    const error: unknown = await findAmong(chosen, []).catch((reason: unknown) => reason);

    expect(String(error)).to.include("no `ssh` command on PATH");
  });

  it("has its services' pages asked through the same client", async () => {
    client(fakeClient);
    const page = await listen((_request, response) => response.end("well"), 0, "127.0.0.1");
    const { port } = page.address() as { port: number };

    const address = await engineMachine({ host }).reach(`http://127.0.0.1:${port}/health`);
    const answers = await Promise.all([1, 2, 3].map(async () => (await fetch(address)).text()));

    expect(answers).to.deep.equal(["well", "well", "well"]);
    expect(address).not.to.include(`:${port}/`);
    expect(calls()[0]?.join(" ")).to.include(`-W 127.0.0.1:${port} -- build-box`);
  });

  it("has the ports of its own machine, not those of this one", async () => {
    client(fakeClient);
    const row = (port: string) => `  0: 0100007F:${port} 00000000:0000 0A 0:0 00:0 0 0 0 4711 1`;
    writeFileSync(join(folder.path, "bin", "table"), `${row("1F40")}\n`);
    const mine = await listen(() => undefined, 0, "127.0.0.1");
    const { port } = mine.address() as { port: number };
    const machine = engineMachine({ host });
    const setting = "AGENT_PORT";
    const wanted = [8000, port].map((each) => ({ service: "agent", setting, port: each }) as const);

    const taken = await takenPorts(undefined, machine, folder.path, wanted, []);

    expect(taken.map(({ port: each, holder }) => [each, holder])).to.deep.equal([
      [8000, { kind: "unknown", machine: "ada@build-box:2222" }],
    ]);
  });
});

describe("the address of an engine behind ssh", () => {
  it("may name a user, a port and the engine's socket", () => {
    expect(sshDestination("ssh://build-box")).to.deep.equal({ host: "build-box" });
    expect(sshDestination("ssh://ada@[fd00::1]:22/run/user/1/docker.sock")).to.deep.equal({
      host: "fd00::1",
      user: "ada",
      port: "22",
      socket: "/run/user/1/docker.sock",
    });
  });

  it("never becomes an option of ssh", () => {
    const words = channelWords(sshDestination("ssh://-oProxyCommand=evil"), {});

    expect(words.indexOf("--")).to.equal(words.length - 2);
  });

  it("gives the line with which its pages open here", () => {
    const lines = describeMachine(engineMachine({ host }), [
      "http://127.0.0.1:3000",
      "postgresql://127.0.0.1:5432",
    ]);

    expect(lines.at(-1)?.trim()).to.equal(
      "ssh -N -L 3000:127.0.0.1:3000 -L 5432:127.0.0.1:5432 -p 2222 ada@build-box",
    );
  });
});

describe("an engine that is spoken to over TCP", () => {
  it("has its ports here where its address is this machine's", async () => {
    const machine = engineMachine({ host: "tcp://127.0.0.1:2375" });

    expect(machine.name).to.equal(undefined);
    expect(await machine.reach("http://127.0.0.1:1")).to.equal("http://127.0.0.1:1");
  });

  it("has them out of reach elsewhere, and the remedy names the way in", async () => {
    const machine = engineMachine({ host: "tcp://build-box:2376" });

    const error: unknown = await machine.reach("http://127.0.0.1:1").catch((e: unknown) => e);

    expect(machine.reachable).to.equal(false);
    expect((error as StackError).remedy).to.include("DOCKER_HOST=ssh://USER@build-box");
    expect(describeMachine(machine, ["http://127.0.0.1:1"])).to.have.length(1);
  });
});
