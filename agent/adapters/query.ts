import pg from "pg";
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

/** Only the server's own errors carry an SQLSTATE: 08 connection, 53 resources, 57 intervention. */
export function isAbsence(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || /^(08|53|57)/.test(error.code ?? "");
}
