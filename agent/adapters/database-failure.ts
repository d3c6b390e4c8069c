import { ApiError } from "../errors/api-error.ts";

/**
 * What a failed statement says: `away`, that the database can't be reached or serves nobody just now;
 * `busy`, that the statement met others or took too long, and may succeed later; `refused`, that this
 * statement fails however often it is tried.
 */
export type DatabaseFailure = "away" | "busy" | "refused";

/** The one judgement of a failure, made where the statement failed. */
export function databaseFailure(error: unknown): DatabaseFailure {
  const { severity, code, message } = Object(error) as {
    readonly severity?: unknown;
    readonly code?: unknown;
    readonly message?: unknown;
  };
  // Only what Postgres itself says has a severity, and an SQLSTATE as its code.
  if (severity !== undefined) {
    const state = String(code);
    if (awayStates.test(state)) return "away";
    return busyStates.has(state) ? "busy" : "refused";
  }
  const isConnection = networkCodes.has(String(code)) || driverWords.test(String(message));
  return isConnection ? "away" : "refused";
}

/** Postgres undid one of two statements that waited for each other: at once, it may succeed. */
export function isDeadlock(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown };
  return code === "40P01" || code === "40001";
}

/** A statement that says nothing about its own content: the same one may succeed later. */
export class DatabaseUnavailable extends ApiError {
  constructor(failure: Exclude<DatabaseFailure, "refused">, cause: unknown) {
    const message =
      failure === "away" ? "The agent's database is away." : "The agent's database is too busy.";
    super(503, message, { code: "storage_unavailable", retryAfterSeconds: 2, cause });
  }
}

// 08 connections, 28 and 3D000 the way in (while Postgres is set up, too), 53 resources, 57P0x stopping
// and starting, 58 the system below, 25006 a server that only reads.
const awayStates = /^(08...|28...|3D000|53...|57P0.|58...|25006)$/;

// Serialization, deadlock, a lock that was not granted, and the statement timeout.
const busyStates: ReadonlySet<string> = new Set(["40001", "40P01", "55P03", "57014"]);

const networkCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** The driver's own errors have no code. */
const driverWords =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Cannot use a pool after)|is not queryable$/;
