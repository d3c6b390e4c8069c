import { portSetting } from "../ports/port-plan.ts";
import type { Symptoms } from "./symptoms.ts";

/** A cause that was seen before, and what helps. */
export interface KnownCause {
  /** Stable, for programs: "out-of-memory". */
  readonly id: string;
  /** One sentence, without the service's name. */
  readonly cause: string;
  /** What to type or to change. */
  readonly remedy: string;
}

interface Recogniser extends Omit<KnownCause, "cause" | "remedy"> {
  /** Undefined where the symptoms don't show it; else what the wording needs. */
  readonly find: (symptoms: Symptoms) => string | undefined;
  readonly cause: (found: string) => string;
  readonly remedy: (found: string, service: string) => string;
}

/** Every known cause that `symptoms` show, the most certain first. */
export function knownCauses(symptoms: Symptoms): KnownCause[] {
  return recognisers.flatMap(({ id, find, cause, remedy }) => {
    const found = find(symptoms);
    if (found === undefined) return [];
    return [{ id, cause: cause(found), remedy: remedy(found, symptoms.service) }];
  });
}

/** Docker's own words first: a log may quote anything. */
const recognisers: readonly Recogniser[] = [
  {
    id: "out-of-memory",
    find: ({ outOfMemory }) => (outOfMemory ? "" : undefined),
    cause: () => "It needed more memory than its limit and was killed.",
    remedy: (_, service) => moreMemoryRemedy(service),
  },
  {
    id: "port-taken",
    find: matching(
      ({ startError }) => [startError],
      /:(\d+)(?:\/tcp)?(?::| failed).*(?:already allocated|already in use)/,
    ),
    cause: (port) => `Something else on this machine listens on port ${port}.`,
    remedy: (_, service) =>
      `Stop it, or set ${portSetting(service)} in the stack's .env file, and run ./stack up again.`,
  },
  {
    id: "command-missing",
    find: matching(
      ({ startError }) => [startError],
      /exec: "([^"]+)": (?:executable file not found|stat)/,
    ),
    cause: (command) => `Its image has no ${command} to start.`,
    remedy: (_, service) =>
      `Correct the Dockerfile or the command in infra/services/${service}, and run ./stack up again.`,
  },
  {
    id: "probe-tool-missing",
    find: matching(
      ({ healthLog }) => healthLog.map(({ output }) => output),
      /exec: "([^"]+)": (?:executable file not found|stat)|(\S+): (?:command )?not found/,
    ),
    cause: (tool) => `Its health check calls ${tool}, which its image does not have.`,
    remedy: (_, service) =>
      `Use a command that the image has in the health check of infra/services/${service}/service.ts, ` +
      "and run ./stack up again.",
  },
  {
    id: "disk-full",
    find: matching(everything, /(No space left on device|ENOSPC|could not extend file)/),
    cause: () => "The disk is full.",
    remedy: () =>
      "Free space where Docker keeps its data (docker system df shows what takes it; your volumes " +
      "hold the data), and run ./stack up again.",
  },
  {
    id: "wrong-password",
    find: matching(everything, /password authentication failed for user \\?"([\w-]+)/),
    cause: (role) => `The database refuses the password of the role ${role}.`,
    remedy: (_, service) =>
      "Postgres takes the passwords of the stack's .env file at each start: run ./stack up, and " +
      `where that finds nothing to do, ./stack restart postgres ${service}`,
  },
  {
    id: "migration-failed",
    find: matching(everything, /(node-pg-migrate|alembic\.util\.exc|[Mm]igration \S+ failed)/),
    cause: () => "Its database schema could not be brought up to date.",
    remedy: (_, service) =>
      `./stack logs ${service} names the statement that failed. ./stack rollback takes the last good ` +
      "version back.",
  },
  {
    id: "data-of-another-version",
    find: matching(
      everything,
      /(database files are incompatible with server|initialized by PostgreSQL version \d+)/,
    ),
    cause: () => "Its volume was written by another major version of PostgreSQL.",
    remedy: () =>
      "Take the image of the version that wrote it back (./stack rollback), dump there, and restore " +
      "into the new one.",
  },
  {
    id: "bad-provider-key",
    find: matching(
      everything,
      /(AuthenticationError|[Ii]ncorrect API key|No auth credentials found|invalid x-api-key)/,
    ),
    cause: () => "The model's provider refuses the key.",
    remedy: () =>
      "Correct OPENROUTER_API_KEY or PLANNER_API_KEY in the stack's .env file, and run ./stack up again.",
  },
  {
    id: "provider-out-of-reach",
    find: matching(everything, /(litellm\.APIConnectionError|Cannot connect to host \S+)/),
    cause: () => "The model's provider can't be reached.",
    remedy: () =>
      "Check this machine's network and PLANNER_API_BASE. Without any provider key the stack uses " +
      "its local model.",
  },
  {
    id: "permission-denied",
    find: matching(everything, /([Pp]ermission denied|EACCES)/),
    cause: () => "It may not read or write a file.",
    remedy: (_, service) =>
      "A volume that was filled by another user needs its owner back: the uid is `user` in " +
      `infra/services/${service}/service.ts.`,
  },
  {
    id: "read-only-file-system",
    find: matching(everything, /(Read-only file system|EROFS)/),
    cause: () => "It writes where its file system is read-only.",
    remedy: (_, service) =>
      `Give that path a volume or a tmpfs in infra/services/${service}/service.ts, and run ./stack up again.`,
  },
  {
    id: "bad-configuration",
    find: matching(
      everything,
      /(yaml\.\w+\.\w*Error|ScannerError|ParserError|ValidationError|Invalid config|proxy_server\.py", line \d+, in (?:load|get)_config)/,
    ),
    cause: () => "Its configuration can't be read.",
    remedy: (_, service) =>
      `Correct the configuration in infra/services/${service}, and run ./stack up again.`,
  },
  {
    id: "neighbour-away",
    find: matching(
      newestLines,
      /(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN) ([\w.:-]+)|([Cc]onnection refused|could not translate host name)/,
    ),
    cause: (whom) => `Another service does not answer (${whom}).`,
    remedy: () => "See what it depends on; ./stack up starts what is missing.",
  },
  {
    id: "not-listening",
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
    find: (symptoms) =>
      endsAgainAndAgain(symptoms) && !symptoms.outOfMemory && symptoms.exitCode !== 137
        ? String(symptoms.exitCode)
        : undefined,
    cause: (exitCode) => `It ends by itself after each start (exit code ${exitCode}).`,
    remedy: (_, service) =>
      `Its last lines say why (./stack logs ${service}): mend that in infra/services/${service}, and ` +
      "run ./stack up again. ./stack rollback takes the last good version back.",
  },
  {
    id: "stopped",
    find: ({ running, restarting, exitCode, outOfMemory }) =>
      !running && !restarting && !outOfMemory && [0, 130, 137, 143].includes(exitCode)
        ? String(exitCode)
        : undefined,
    cause: (exitCode) => `It was stopped from outside (exit code ${exitCode}).`,
    remedy: () => "Run ./stack up: it starts what is not running.",
  },
];

/** True for one that Docker starts again and again, be it between two starts or just begun. */
function endsAgainAndAgain({ restarting, running, restarts, health }: Symptoms): boolean {
  return restarting || (running && restarts >= 3 && health !== "healthy");
}

/** For a service that needs more memory than it may have. */
export function moreMemoryRemedy(service: string): string {
  return (
    `Raise memoryMegabytes in infra/services/${service}/service.ts, or ask less of it, and run ` +
    "./stack up again."
  );
}

function matching(
  texts: (symptoms: Symptoms) => readonly string[],
  pattern: RegExp,
): Recogniser["find"] {
  return (symptoms) => {
    for (const text of texts(symptoms)) {
      const match = pattern.exec(text);
      if (match) return match.slice(1).find(Boolean) ?? "";
    }
    return undefined;
  };
}

function everything(symptoms: Symptoms): string[] {
  const { startError, healthLog } = symptoms;
  return [startError, ...healthLog.map(({ output }) => output), ...newestLines(symptoms)];
}

/** The newest first: an old trouble may be over. */
function newestLines({ lastLines }: Symptoms): string[] {
  return [...lastLines].reverse();
}
