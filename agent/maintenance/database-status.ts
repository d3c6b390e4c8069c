import type pg from "pg";

export interface DatabaseStatus {
  /** The last migration that was applied. */
  readonly migration: string | null;
  readonly conversations: number;
  readonly messages: number;
  readonly runs: number;
  readonly runs_in_flight: number;
  readonly memory_outbox: number;
  /** Of runs that Postgres would not record, and that are kept as text. */
  readonly refused_records: number;
  readonly database_bytes: number;
}

/** Counts exactly, so it takes longer the more there is. */
export async function databaseStatus(pool: pg.Pool): Promise<DatabaseStatus> {
  const { rows } = await pool.query<DatabaseStatus>(`
    SELECT (SELECT name FROM schema_migrations ORDER BY id DESC LIMIT 1) AS migration,
           (SELECT count(*)::int FROM conversations) AS conversations,
           (SELECT count(*)::int FROM messages) AS messages,
           (SELECT count(*)::int FROM runs) AS runs,
           (SELECT count(*)::int FROM runs WHERE status = 'running') AS runs_in_flight,
           (SELECT count(*)::int FROM memory_outbox) AS memory_outbox,
           (SELECT count(*)::int FROM refused_records) AS refused_records,
           pg_database_size(current_database())::float8 AS database_bytes`);
  const [status] = rows;
  if (status === undefined) throw new Error("The database gave no status.");
  return status;
}
