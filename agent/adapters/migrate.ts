import { fileURLToPath } from "node:url";
import { PG_MIGRATE_LOCK_ID, runner } from "node-pg-migrate";
import pg from "pg";
import { adoptEarlierSchema } from "./adopt-earlier-schema.ts";

const migrations = fileURLToPath(new URL("../migrations", import.meta.url));

/** Brings the schema up to date, alone: others who start at the same time wait for the lock. */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await migrateWith(client);
  } finally {
    await client.end();
  }
}

/** @param client is connected, and ended by the caller, which lets go of the lock. */
export async function migrateWith(client: pg.Client): Promise<readonly string[]> {
  // The runner takes the same lock once more, in the same session.
  await client.query(`SELECT pg_advisory_lock(${PG_MIGRATE_LOCK_ID})`);
  await adoptEarlierSchema(client);
  const done = await runner({
    dbClient: client,
    dir: migrations,
    direction: "up",
    migrationsTable: "schema_migrations",
    advisoryLockMode: "wait",
    log: () => undefined,
  });
  return done.map(({ name }) => name);
}
