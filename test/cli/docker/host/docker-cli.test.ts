import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { requireDockerCli } from "../../../../cli/docker/host/docker-cli.ts";
import { StackError } from "../../../../infra/stack-error.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

const address = { host: "unix:///engine.sock" };

describe("the docker command", () => {
  const folder = scratchFolder();

  function command(script: string): void {
    const file = join(folder.path, "docker");
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  async function refusal(environment: NodeJS.ProcessEnv = {}): Promise<StackError | undefined> {
    const signal = new AbortController().signal;
    try {
      await requireDockerCli({ ...environment, PATH: folder.path }, address, signal);
    } catch (error) {
      if (error instanceof StackError) return error;
      throw error;
    }
    return undefined;
  }

  it("has to be there", async () => {
    expect((await refusal())?.message).to.include("no `docker` command on PATH");
  });

  it("is asked about the engine that was found, whatever the shell says of another", async () => {
    command(`[ "$DOCKER_HOST$DOCKER_CONTEXT" = ${address.host} ] && [ "$1" = version ]`);

    expect(await refusal({ DOCKER_HOST: "tcp://other", DOCKER_CONTEXT: "other" })).to.equal(
      undefined,
    );
  });

  // As Docker 20.10's command says it to an engine of version 29.0.
  const tooOld =
    "Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version";

  it("is to be updated where the engine takes none so old", async () => {
    command(`echo '${tooOld}' >&2; exit 1`);

    const error = await refusal();

    expect(error?.details).to.deep.equal([tooOld]);
    expect(error?.remedy).to.include("Update the one that is older").and.to.include(folder.path);
  });

  it("is to be asked by hand where it fails of another cause", async () => {
    command("echo 'some plugin is broken' >&2; exit 1");

    expect((await refusal())?.remedy).to.include(`DOCKER_HOST=${address.host} docker version`);
  });
});
