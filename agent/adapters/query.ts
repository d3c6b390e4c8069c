import type pg from "pg";
import { databaseFailure, DatabaseUnavailable, isDeadlock } from "./database-failure.ts";
import { storableText } from "./storable-json.ts";

const deadlockAttempts = 3;

/**
 * A query whose failure tells the caller to come again where the database is away or busy. Its texts
 * are made such that Postgres takes them, whoever wrote them.
 *
 * @throws DatabaseUnavailable, or what Postgres said of a statement that it refuses.
 */
export async function query<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  sql: string,
  values: readonly unknown[] = [],
): Promise<pg.QueryResult<Row>> {
  const storable = values.map((value) => (typeof value === "string" ? storableText(value) : value));
  for (let attempt = 1; ; attempt++) {
    try {
      return await pool.query<Row>({ name: statementName(sql), text: sql, values: storable });
    } catch (cause) {
      // Each statement is its own transaction, so nothing of it was done.
      if (isDeadlock(cause) && attempt < deadlockAttempts) continue;
      const failure = databaseFailure(cause);
      throw failure === "refused" ? cause : new DatabaseUnavailable(failure, cause);
    }
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
