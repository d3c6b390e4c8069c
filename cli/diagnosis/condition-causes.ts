import { moreMemoryRemedy, type Recogniser } from "./recogniser.ts";
import type { Symptoms } from "./symptoms.ts";

/** What shows in how the container runs, where nothing says more. */
export const conditionCauses: readonly Recogniser[] = [
  {
    id: "paused",
    seen: "Docker calls the container `paused`",
    find: ({ paused }) => (paused ? "" : undefined),
    cause: () =>
      "Somebody has paused it (docker pause): it answers nothing, its health check neither.",
    remedy: () => "Run ./stack up, which replaces it, or resume it with docker unpause.",
  },
  {
    id: "health-check-timeout",
    seen: "health checks: `no answer within`, `Health check exceeded timeout`",
    placeholder: "TIME",
    find: (symptoms) =>
      symptoms.paused
        ? undefined
        : /(?:no answer within |exceeded timeout \()([^)]+)/.exec(
            symptoms.healthLog.at(-1)?.output ?? "",
          )?.[1],
    cause: (time) =>
      `It did not answer its health check within ${time}: it hangs, or the machine is busy.`,
    remedy: (_, service) =>
      "See the machine's memory and load with ./stack doctor, and run ./stack restart " +
      `${service}. If it is always so slow, raise timeoutSeconds in infra/healthcheck.ts and the patience ` +
      "of the probes in infra/images.",
  },
  {
    id: "not-listening",
    seen: "it runs, and its health checks say `Connection refused`",
    find: (symptoms) =>
      symptoms.running &&
      !endsAgainAndAgain(symptoms) &&
      symptoms.healthLog.at(-1)?.output.includes("onnection refused")
        ? ""
        : undefined,
    cause: () => "It runs, and nothing listens on its port: it starts too slowly, or hangs.",
    remedy: (_, service) =>
      "On a busy machine run ./stack up again; if it is always so slow, raise startPeriodSeconds in " +
      `infra/services/${service}/service.ts.`,
  },
  {
    // Docker starts nothing again that somebody stopped: this was the kernel.
    id: "killed",
    seen: "it restarts again and again with exit code 137",
    find: (symptoms) =>
      endsAgainAndAgain(symptoms) && !symptoms.outOfMemory && symptoms.exitCode === 137
        ? ""
        : undefined,
    cause: () =>
      "It was killed again and again (exit code 137), as a machine short of memory does.",
    remedy: (_, service) => `See the memory with ./stack doctor. ${moreMemoryRemedy(service)}`,
  },
  {
    id: "ends-at-once",
    seen: "it restarts again and again with another exit code",
    placeholder: "CODE",
    find: (symptoms) =>
      endsAgainAndAgain(symptoms) && !symptoms.outOfMemory && symptoms.exitCode !== 137
        ? String(symptoms.exitCode)
        : undefined,
    cause: (exitCode) => `It ends by itself after each start (exit code ${exitCode}).`,
    remedy: (_, service) =>
      `Its last lines say why (./stack logs ${service}): fix that in infra/services/${service}, and ` +
      "run ./stack up again. ./stack rollback rolls back to the last good version.",
  },
  {
    id: "stopped",
    seen: "it does not run, with exit code 0, 130, 137 or 143",
    placeholder: "CODE",
    find: ({ running, restarting, exitCode, outOfMemory }) =>
      !running && !restarting && !outOfMemory && [0, 130, 137, 143].includes(exitCode)
        ? String(exitCode)
        : undefined,
    cause: (exitCode) => `It was stopped manually (exit code ${exitCode}).`,
    remedy: () => "Run ./stack up: it starts what is not running.",
  },
];

/** True for one that Docker starts again and again, be it between two starts or just begun. */
function endsAgainAndAgain({ restarting, running, restarts, health }: Symptoms): boolean {
  return restarting || (running && restarts >= 3 && health !== "healthy");
}
