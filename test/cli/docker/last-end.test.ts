import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import Docker from "dockerode";
import { lastEnd } from "../../../cli/docker/last-end.ts";

interface Kept {
  readonly id: string;
  readonly action: string;
  readonly exitCode?: number;
}

/** An engine that remembers `events` and gives those that it is asked for, as Docker's does. */
async function engineWith(
  events: readonly Kept[],
  end: "ends" | "stays open",
): Promise<{ docker: Docker; server: Server }> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://localhost");
    const { container = [], event = [] } = JSON.parse(searchParams.get("filters") ?? "{}") as {
      container?: string[];
      event?: string[];
    };
    for (const { id, action, exitCode } of events) {
      if (!container.includes(id) || !event.includes(action)) continue;
      const attributes = exitCode === undefined ? {} : { exitCode: String(exitCode) };
      const message = {
        Type: "container",
        Action: action,
        Actor: { ID: id, Attributes: attributes },
      };
      response.write(`${JSON.stringify(message)}\n`);
    }
    if (end === "ends") response.end();
    else response.write('{"Type":"container","Action":"di');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { docker: new Docker({ protocol: "http", host: "127.0.0.1", port }), server };
}

describe("how a container last ended", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  it("is read from Docker's events, its own only", async () => {
    const engine = await engineWith(
      [
        { id: "a", action: "die", exitCode: 1 },
        { id: "a", action: "oom" },
        { id: "a", action: "die", exitCode: 137 },
        { id: "a", action: "exec_die", exitCode: 5 },
        { id: "b", action: "die", exitCode: 9 },
      ],
      "ends",
    );
    server = engine.server;

    expect(await lastEnd(engine.docker, "a")).to.deep.equal({ exitCode: 137, outOfMemory: true });
    expect(await lastEnd(engine.docker, "b")).to.deep.equal({ exitCode: 9, outOfMemory: false });
  });

  it("is unknown where Docker has forgotten", async () => {
    const engine = await engineWith([], "ends");
    server = engine.server;

    expect(await lastEnd(engine.docker, "a")).to.deep.equal({
      exitCode: undefined,
      outOfMemory: false,
    });
  });

  it("is what came in time from an engine that does not end its answer", async () => {
    const engine = await engineWith([{ id: "a", action: "die", exitCode: 3 }], "stays open");
    server = engine.server;

    const { exitCode } = await lastEnd(engine.docker, "a", 200);

    expect(exitCode).to.equal(3);
  });
});
