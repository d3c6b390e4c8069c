import type pg from "pg";
import { ApiError } from "../api-error.ts";

/** A query whose failure tells the caller to come again when it is Postgres that is away. */
export async function query<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  sql: string,
  values: readonly unknown[] = [],
): Promise<pg.QueryResult<Row>> {
  try {
    return await pool.query<Row>(sql, [...values]);
  } catch (cause) {
    if (!isAbsence(cause)) throw cause;
    throw new ApiError(503, "The agent's database is away.", {
      code: "storage_unavailable",
      retryAfterSeconds: 2,
      cause,
    });
  }
}

/**
 * Only the server's own errors have a severity, and an SQLSTATE: 08 is for connections, 53 for want
 * of resources, 57 for intervention. Without one, nobody answered.
 */
export function isAbsence(error: unknown): boolean {
  const { severity, code } = error as Partial<pg.DatabaseError>;
  return severity === undefined || /^(08|53|57)/.test(code ?? "");
}
