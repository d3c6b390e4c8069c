import { fileURLToPath } from "node:url";
import { runner } from "node-pg-migrate";
import pg from "pg";

const migrations = fileURLToPath(new URL("../migrations", import.meta.url));

/** Brings the schema up to date, alone: others who start at the same time wait for the lock. */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const done = await runner({
      dbClient: client,
      dir: migrations,
      direction: "up",
      migrationsTable: "schema_migrations",
      advisoryLockMode: "wait",
      log: () => undefined,
    });
    return done.map(({ name }) => name);
  } finally {
    await client.end();
  }
}
