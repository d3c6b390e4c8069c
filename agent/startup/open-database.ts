import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { Logger } from "pino";
import { databaseFailure } from "../adapters/database-failure.ts";
import { migrate } from "../adapters/migrate.ts";
import { failStaleRuns } from "../adapters/postgres-conversations.ts";
import { releaseStaleKeys } from "../adapters/postgres-idempotency.ts";
import { failStaleResponses } from "../adapters/postgres-responses.ts";
import type { ParsedEnvironment } from "../contract/environment.ts";

const patienceMs = 60_000;
const pauseMs = 200;

/**
 * Connections to a database that is migrated, and rid of what a dead process left.
 *
 * @throws what Postgres said, where it was not there within a minute or refuses what it is asked.
 */
export async function openDatabase(
  environment: ParsedEnvironment,
  logger: Logger,
): Promise<pg.Pool> {
  const pool = new pg.Pool({
    connectionString: environment.DATABASE_URL,
    max: environment.AGENT_DATABASE_CONNECTIONS,
    connectionTimeoutMillis: 5000,
    statement_timeout: environment.AGENT_STATEMENT_TIMEOUT_SECONDS * 1000,
  });
  // An idle connection that breaks (Postgres restarts) is replaced by the next query.
  pool.on("error", (error) => {
    logger.warn({ err: error }, "a database connection broke");
  });
  // It may still be starting, or be restarting just now.
  const deadline = Date.now() + patienceMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const migrations = await migrate(environment.DATABASE_URL);
      const stale = await failStaleRuns(pool);
      await failStaleResponses(pool);
      await releaseStaleKeys(pool);
      logger.info({ migrations, staleRuns: stale }, "the database is ready");
      return pool;
    } catch (error) {
      if (databaseFailure(error) === "refused" || Date.now() > deadline) throw error;
      if (attempt % 25 === 0) logger.warn({ err: error }, "the database is not ready yet");
      await delay(pauseMs);
    }
  }
}
