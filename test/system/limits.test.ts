import { expect } from "chai";
import { createServer, connect, type Socket } from "node:net";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileChanges } from "../support/file-changes.ts";
import { withChangedFile } from "../support/with-changed-file.ts";
import { readFromEnvFile, setInEnvFile } from "../support/env-file.ts";
import { serviceNames } from "../support/service-names.ts";
import { startStack } from "../support/started-stack.ts";
import { docker, errorOf, systemStack, upIsHealthy } from "../support/system-stack.ts";

function ids(): string[] {
  return serviceNames.map((name) => systemStack().containerId(name));
}

describe("an image that can't be built", () => {
  for (const service of serviceNames) {
    it(`fails up for ${service} with the end of its log, and the old one runs on`, async () => {
      const before = ids();
      const file =
        service === "agent" ? "agent/Dockerfile" : `infra/services/${service}/Dockerfile`;
      const change = (text: string) => `${text}\nUSER root\nRUN echo the cause of it && false\n`;
      await withChangedFile({ file, change }, async () => {
        const up = await systemStack().stack("up", "--yes", "--json");

        expect(up.exitCode, up.stdout).to.equal(1);
        expect(errorOf(up.stdout).message).to.equal(`The image of ${service} could not be built.`);
        expect(errorOf(up.stdout).details.join("\n")).to.include("the cause of it");
      });
      expect(ids()).to.deep.equal(before);
    });
  }

  it("leaves nothing behind that the next up would stumble over", async () => {
    await upIsHealthy();
  });
});

describe("one clear error with its remedy", () => {
  it("for a memory limit below what a running service uses", async () => {
    await withChangedFile(fileChanges.tooLittleMemory, async () => {
      const up = await systemStack().stack("up", "--yes", "--json");

      expect(up.exitCode, up.stdout).to.equal(1);
      // Control groups of version 1 refuse such a limit; with version 2 the kernel kills the service.
      expect(errorOf(up.stdout).message).to.match(
        /^model (needs more memory than its limit of 48 MiB|ran out of its memory limit)/,
      );
      expect(errorOf(up.stdout).remedy).to.match(/memoryMegabytes in .*model.*\.\/stack up/);
    });
    await upIsHealthy();
  });

  it("for a service that is started with too little memory", async () => {
    docker("rm", "--force", systemStack().containerId("model"));
    await withChangedFile(fileChanges.tooLittleMemory, async () => {
      const up = await systemStack().stack("up", "--yes", "--json");

      expect(up.exitCode, up.stdout).to.equal(1);
      expect(errorOf(up.stdout).message).to.match(
        /^model (ran out of its memory limit|keeps exit)/,
      );
      expect(errorOf(up.stdout).remedy).to.match(/memoryMegabytes in .*model.*\.\/stack up/);
    });
    await upIsHealthy();
  });

  it("for an engine that goes away in the middle, and the next up repairs", async () => {
    const { clone } = systemStack();
    const engine = await engineThatCanGoAway();
    const level = readFromEnvFile(clone, "LOG_LEVEL");
    setInEnvFile(clone, "LOG_LEVEL", "warn");
    const up = startStack(clone, ["up", "--yes"], { DOCKER_HOST: engine.host });
    await up.event(({ subject, phase }) => subject === "agent" && phase === "services");
    engine.goAway();
    const { exitCode, stdout } = await up.ended;
    setInEnvFile(clone, "LOG_LEVEL", level);

    expect(exitCode, stdout).to.equal(1);
    expect(errorOf(stdout).message).to.match(/Docker/);
    expect(errorOf(stdout).remedy).to.include("./stack --stack test up");
    await upIsHealthy();
  });
});

/** A way to the real engine that can be cut, as when the engine stops; the engine itself runs on. */
async function engineThatCanGoAway(): Promise<{ host: string; goAway: () => void }> {
  const real = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").slice(
    "unix://".length,
  );
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  const path = join(folder, "docker.sock");
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: real, allowHalfOpen: true });
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    }
    client.pipe(engine).pipe(client);
  });
  server.listen(path);
  await once(server, "listening");
  return {
    host: `unix://${path}`,
    goAway: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
