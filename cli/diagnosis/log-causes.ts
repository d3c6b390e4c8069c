import { plannerKeySettings } from "../../infra/services/planner.ts";
import { everything, matching, newestLines, type Recogniser } from "./recogniser.ts";
import type { Symptoms } from "./symptoms.ts";

/** The path that was refused; empty where the text names none. */
function deniedPath(symptoms: Symptoms): string | undefined {
  const text = everything(symptoms).find((line) => /permission denied|EACCES/i.test(line));
  return text === undefined ? undefined : (/(?<![\w.:/])\/[\w.@+/-]+/.exec(text)?.[0] ?? "");
}

function isInVolume(path: string, { volumePaths = [] }: Symptoms): boolean {
  return volumePaths.some((folder) => `${path}/`.startsWith(`${folder}/`));
}

/** What a service's log or its health checks say, the most certain first. */
export const logCauses: readonly Recogniser[] = [
  {
    id: "disk-full",
    seen: "`No space left on device`, `ENOSPC`, `could not extend file`",
    find: matching(everything, /(No space left on device|ENOSPC|could not extend file)/),
    cause: () => "The disk is full.",
    remedy: () =>
      "Free space where Docker keeps its data (docker system df shows what takes it; your volumes " +
      "hold the data), and run ./stack up again.",
  },
  {
    id: "wrong-password",
    seen: "`password authentication failed for user`",
    placeholder: "ROLE",
    find: matching(everything, /password authentication failed for user \\?"([\w-]+)/),
    cause: (role) => `The database refuses the password of the role ${role}.`,
    remedy: (_, service) =>
      "Postgres takes the passwords of the stack's .env file at each start: run ./stack up, and " +
      `where that finds nothing to do, ./stack restart postgres ${service}`,
  },
  {
    id: "migration-failed",
    seen: "`node-pg-migrate`, `alembic` or `Migration … failed` in a trace",
    find: matching(everything, /(node-pg-migrate|alembic\.util\.exc|[Mm]igration \S+ failed)/),
    cause: () => "Its database schema could not be brought up to date.",
    remedy: (_, service) =>
      `./stack logs ${service} names the statement that failed. ./stack rollback takes the last good ` +
      "version back.",
  },
  {
    id: "data-of-another-version",
    seen: "`database files are incompatible with server`",
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
    seen: "`AuthenticationError`, `Incorrect API key`, `provider refused its key`",
    find: matching(
      everything,
      /(AuthenticationError|[Ii]ncorrect API key|No auth credentials found|invalid x-api-key|provider refused its key)/,
    ),
    cause: () => "The model's provider refuses the key.",
    remedy: () =>
      `Correct ${plannerKeySettings} in the stack's .env file, and run ./stack up again.`,
  },
  {
    id: "provider-lacks-model",
    seen: "`litellm.NotFoundError`",
    find: matching(everything, /(litellm\.NotFoundError)/),
    cause: () =>
      "The model's provider has no such model, or none that can do what was asked of it.",
    remedy: () =>
      "The words behind it in ./stack logs litellm say which: a request with pictures needs a model that sees, " +
      "any other that PLANNER_MODEL and PLANNER_API_BASE name what the provider serves.",
  },
  {
    id: "provider-unpaid",
    seen: "`provider wants to be paid`, `Insufficient credits`, `exceeded your current quota`",
    find: matching(
      everything,
      /(provider wants to be paid|[Ii]nsufficient (?:credits|balance)|exceeded your current quota)/,
    ),
    cause: () => "The account with the model's provider is empty, or over its quota.",
    remedy: () => "Look at the account with the provider; nothing has to be changed here.",
  },
  {
    id: "budget-spent",
    seen: "`crossed budget`, `model's budget is spent`",
    find: matching(everything, /(crossed budget|model's budget is spent)/),
    cause: () => "PLANNER_MAX_BUDGET is spent: the model is not asked until its duration is over.",
    remedy: () => "Raise PLANNER_MAX_BUDGET in the stack's .env file, and run ./stack up.",
  },
  {
    id: "fallback-answers",
    seen: "`a fallback answers` in its newest lines, without `answers again` after it",
    find: (symptoms) => {
      const line = newestLines(symptoms).find((each) =>
        /a fallback answers|answers again/.test(each),
      );
      return line?.includes("a fallback answers") ? "" : undefined;
    },
    cause: () => "Another model answers in place of PLANNER_MODEL, which fails.",
    remedy: () => "./stack why litellm says what its provider answers.",
  },
  {
    id: "package-missing",
    seen: "`ModuleNotFoundError: No module named`",
    placeholder: "PACKAGE",
    find: matching(everything, /ModuleNotFoundError: No module named '([\w.]+)'/),
    cause: (name) => `It is configured to use ${name}, which is not in its image.`,
    remedy: (_, service) =>
      `Take the callback, cache or guardrail that needs it out of the configuration in ` +
      `infra/services/${service}, and run ./stack up again.`,
  },
  {
    id: "provider-out-of-reach",
    seen: "`litellm.APIConnectionError`, `Cannot connect to host`",
    find: matching(everything, /(litellm\.APIConnectionError|Cannot connect to host \S+)/),
    cause: () => "The model's provider can't be reached.",
    remedy: () =>
      "Check this machine's network and PLANNER_API_BASE. Without any provider key the stack uses " +
      "its local model.",
  },
  {
    id: "weights-missing",
    seen: "`failed to open GGUF file`",
    placeholder: "FILE",
    find: matching(everything, /failed to open GGUF file '([^']+)'/),
    cause: (file) => `The model's weights are not in its volume: there is no ${file}.`,
    remedy: () => "Run ./stack down and ./stack up: that fetches them before the server starts.",
  },
  {
    id: "permission-denied-in-volume",
    seen: "`Permission denied`, `EACCES`, for a path in one of its volumes",
    placeholder: "PATH",
    find: (symptoms) => {
      const path = deniedPath(symptoms);
      return path !== undefined && isInVolume(path, symptoms) ? path : undefined;
    },
    cause: (path) => `It may not read or write ${path}, which is in its volume.`,
    remedy: (_, service) =>
      "The volume was filled by another user: give its files to the uid that is `user` in " +
      `infra/services/${service}/service.ts.`,
  },
  {
    id: "permission-denied",
    seen: "`Permission denied`, `EACCES`",
    placeholder: "PATH",
    find: (symptoms) => {
      const path = deniedPath(symptoms);
      return path !== undefined && !isInVolume(path, symptoms) ? path : undefined;
    },
    cause: (path) => `It may not read or write ${path || "a file"}.`,
    remedy: (path, service) =>
      `${path || "That path"} is part of its image, in which its user owns nothing: point the setting ` +
      `that names it to a volume or to /tmp, in infra/services/${service}/service.ts, and run ./stack up ` +
      "again.",
  },
  {
    id: "read-only-file-system",
    seen: "`Read-only file system`, `EROFS`",
    find: matching(everything, /(Read-only file system|EROFS)/),
    cause: () => "It writes where its file system is read-only.",
    remedy: (_, service) =>
      `Give that path a volume or a tmpfs in infra/services/${service}/service.ts, and run ./stack up again.`,
  },
  {
    id: "bad-configuration",
    seen: "`ScannerError`, `ValidationError`, `Invalid config`, or a trace out of `load_config`",
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
    seen: "`ECONNREFUSED`, `ENOTFOUND`, `could not translate host name` in its newest lines",
    placeholder: "HOST",
    find: matching(
      newestLines,
      /(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN) ([\w.:-]+)|([Cc]onnection refused|could not translate host name)/,
    ),
    cause: (whom) => `Another service does not answer (${whom}).`,
    remedy: () => "See what it depends on; ./stack up starts what is missing.",
  },
];
