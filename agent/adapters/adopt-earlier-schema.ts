import type pg from "pg";

/** The migrations that `0008_schema` takes the place of; each is in the schema that it makes. */
const earlier = [
  "0001_conversations",
  "0003_memory_outbox",
  "0005_messages_by_run",
  "0006_storable_records",
  "0007_owners_and_erasures",
];
const schema = "0008_schema";

/** What 0007 left that nothing reads. */
const differences = `
ALTER TABLE messages DROP COLUMN content_sha256;
DROP INDEX conversations_user_recent`;

/**
 * Brings a database that an earlier commit made to where a new one begins, data and all. It may be a
 * restored backup of then.
 *
 * @throws Error where only some of the earlier migrations were applied.
 */
export async function adoptEarlierSchema(client: Pick<pg.Client, "query">): Promise<void> {
  const { rows: tables } = await client.query<{ isThere: boolean }>(
    `SELECT to_regclass('schema_migrations') IS NOT NULL AS "isThere"`,
  );
  if (tables[0]?.isThere !== true) return;
  const { rows } = await client.query<{ name: string }>("SELECT name FROM schema_migrations");
  const applied = new Set(rows.map(({ name }) => name));
  const missing = earlier.filter((name) => !applied.has(name));
  if (missing.length === earlier.length) return;
  if (missing.length > 0) {
    throw new Error(
      `The database has some of the migrations before ${schema}, and lacks ${missing.join(", ")}. ` +
        "Bring the stack up once with the commit before this one, or drop the database.",
    );
  }
  const names = earlier.map((name) => `'${name}'`).join(", ");
  await client.query(`
BEGIN;
${differences};
UPDATE schema_migrations SET name = '${schema}' WHERE name = '${earlier[0] ?? ""}';
DELETE FROM schema_migrations WHERE name IN (${names});
COMMIT`);
}
