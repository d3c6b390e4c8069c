import type { DockerHost } from "../../cli/docker/host/find-docker-host.ts";
import type { Machine } from "../../cli/docker/host/machine.ts";
import { SilentEngineError } from "../../cli/docker/host/probe.ts";

const answering: DockerHost = {
  host: "unix:///var/run/docker.sock",
  engineVersion: "28.1.0",
  apiVersion: "1.49",
  source: "default",
  startedByUs: false,
};

/** A machine whose engine takes connections at once and answers the `answersAt`th question. */
export function machineThatStarts(answersAt: number, daemonRuns: boolean): Machine {
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
