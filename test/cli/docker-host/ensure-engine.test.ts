import { expect } from "chai";
import { ensureEngine } from "../../../cli/docker-host/docker-host.ts";
import type { DockerHost } from "../../../cli/docker-host/find-docker-host.ts";
import type { Machine } from "../../../cli/docker-host/machine.ts";
import { SilentEngineError } from "../../../cli/docker-host/probe.ts";

const answering: DockerHost = {
  host: "unix:///var/run/docker.sock",
  engineVersion: "28.1.0",
  apiVersion: "1.49",
  source: "default",
  startedByUs: false,
};

/** A machine whose engine takes connections at once and answers the `answersAt`th question. */
function machineThatStarts(answersAt: number, daemonRuns: boolean): Machine {
  let questions = 0;
  return {
    find: () => {
      questions += 1;
      const silent = new SilentEngineError("Something listens.", { remedy: "Look." });
      return questions >= answersAt ? Promise.resolve(answering) : Promise.reject(silent);
    },
    system: () => ({ platform: "linux", distribution: [], isRoot: true, systemd: false }),
    run: () => Promise.resolve(1),
    daemonRuns: () => daemonRuns,
    startDaemon: () => {
      throw new Error("a second daemon was started");
    },
  };
}

const options = {
  environment: {},
  report: () => undefined,
  confirm: () => Promise.resolve(false),
  signal: new AbortController().signal,
};

describe("an engine that listens and does not answer", () => {
  it("is waited for while its daemon is starting, and no second one is started", async () => {
    expect(await ensureEngine(machineThatStarts(3, true), options)).to.deep.include({
      engineVersion: "28.1.0",
    });
  });

  it("is reported at once where no daemon of this machine runs", async () => {
    const outcome: unknown = await ensureEngine(machineThatStarts(3, false), options).catch(
      (error: unknown) => error,
    );

    expect(outcome).to.be.instanceOf(SilentEngineError);
  });
});
