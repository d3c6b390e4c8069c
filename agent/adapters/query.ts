import type pg from "pg";
import { ApiError } from "../api-error.ts";

/** A query whose failure tells the caller to come again when it is Postgres that is away. */
export async function query<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  sql: string,
  values: readonly unknown[] = [],
): Promise<pg.QueryResult<Row>> {
  try {
    return await pool.query<Row>({
      name: statementName(sql),
      text: sql,
      values: [...values],
    });
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
 * With a name, Postgres parses and plans a statement once per connection: 1.3 ms of a chat's 10, by
 * `npm run bench:agent`. Our statements are constants, so their number is bounded.
 */
const statementNames = new Map<string, string>();

function statementName(sql: string): string {
  const name = statementNames.get(sql) ?? `agent_${statementNames.size}`;
  statementNames.set(sql, name);
  return name;
}

/**
 * Only the server's own errors have a severity, and an SQLSTATE: 08 is for connections, 53 for want
 * of resources, 57 for intervention. Without one, nobody answered.
 */
export function isAbsence(error: unknown): boolean {
  const { severity, code } = error as Partial<pg.DatabaseError>;
  return severity === undefined || /^(08|53|57)/.test(code ?? "");
}
