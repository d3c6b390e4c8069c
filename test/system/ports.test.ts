import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { expect } from "chai";
import { readFromEnvFile, setInEnvFile } from "../support/env-file.ts";
import { freePorts } from "../support/free-ports.ts";
import { startStack } from "../support/started-stack.ts";
import { docker, errorOf, resultOf, systemStack } from "../support/system-stack.ts";

describe("a port that somebody else holds", () => {
  let original = "";
  let holder: Server | undefined;
  beforeEach(() => {
    original = readFromEnvFile(systemStack().clone, "QDRANT_PORT");
  });
  afterEach(async () => {
    holder?.close();
    holder = undefined;
    setInEnvFile(systemStack().clone, "QDRANT_PORT", original);
    const up = await systemStack().stack("up", "--yes", "--json");
    expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
  });

  /** Sets Qdrant to a port on which this test listens. */
  async function takeQdrantsPort(): Promise<number> {
    holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    setInEnvFile(systemStack().clone, "QDRANT_PORT", String(port));
    return port;
  }

  it("is named with the process, before anything is changed", async () => {
    const { containerId, stack } = systemStack();
    const before = containerId("qdrant");
    const port = await takeQdrantsPort();

    const up = await stack("up", "--yes", "--json");

    expect(up.exitCode).to.equal(1);
    const { message, remedy } = errorOf(up.stdout);
    expect(message).to.match(
      new RegExp(`^qdrant can't have port ${port}: process ${process.pid} \\(.+\\) listens there`),
    );
    expect(remedy).to.include("--auto-ports").and.to.include("QDRANT_PORT in .env.test");
    expect(containerId("qdrant")).to.equal(before);
  });

  it("is named with the container", async () => {
    const { clone, containerId, stack } = systemStack();
    const image = docker("inspect", "--format", "{{.Image}}", containerId("qdrant"));
    const other = docker("run", "-d", "--rm", "-p", "127.0.0.1::9", image, "sleep", "600");
    try {
      const [, port = ""] = docker("port", other, "9").split(":");
      setInEnvFile(clone, "QDRANT_PORT", port);

      const up = await stack("up", "--yes", "--json");

      const name = docker("inspect", "--format", "{{.Name}}", other).replace("/", "");
      expect(errorOf(up.stdout).message).to.equal(
        `qdrant can't have port ${port}: the container ${name} listens there.`,
      );
    } finally {
      docker("rm", "-f", other);
    }
  });

  it("is left to them with --auto-ports, which finds another and remembers it", async () => {
    const { clone, stack } = systemStack();
    const port = await takeQdrantsPort();

    const up = await stack("up", "--yes", "--json", "--auto-ports");
    const again = await stack("up", "--yes", "--json");

    expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
    const [move] = resultOf(up.stdout)["movedPorts"] as { from: number; to: number }[];
    expect(move).to.deep.include({ service: "qdrant", setting: "QDRANT_PORT", from: port });
    const answer = await fetch(`http://127.0.0.1:${move?.to ?? 0}/readyz`);
    expect(answer.status).to.equal(200);
    expect(readFromEnvFile(clone, "QDRANT_PORT")).to.equal(String(move?.to));
    expect(resultOf(again.stdout)["outcome"]).to.equal("unchanged");
  });

  it("is left to them with --auto-ports even where they come after it was chosen", async function () {
    this.timeout(10 * 60_000);
    const { clone } = systemStack();
    const [port = 0] = await freePorts(1);
    setInEnvFile(clone, "QDRANT_PORT", String(port));
    const up = startStack(clone, ["up", "--yes", "--auto-ports"]);
    // The old container is being stopped: Docker asks for the port only after that.
    await up.event(({ subject, status }) => subject === "qdrant" && status === "running");
    holder = createServer().listen(port, "127.0.0.1");
    await once(holder, "listening");

    const { exitCode, stdout, stderr } = await up.ended;

    expect(exitCode, stdout + stderr).to.equal(0);
    const [move] = resultOf(stdout)["movedPorts"] as { from: number; to: number }[];
    expect(move).to.deep.include({ setting: "QDRANT_PORT", from: port });
    const answer = await fetch(`http://127.0.0.1:${move?.to ?? 0}/readyz`);
    expect(answer.status).to.equal(200);
  });
});
