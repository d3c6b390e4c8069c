import { z } from "zod";
import { type PostgresServer, runSql } from "./psql.ts";

/** What a database contains, to be compared after a restore. */
export interface DatabaseFacts {
  readonly rows: Readonly<Record<string, number>>;
  readonly schemaVersion: string | null;
}

const facts = z.strictObject({
  rows: z.record(z.string(), z.number()),
  schemaVersion: z.string().nullable(),
});

/** The last migration, from whichever record of migrations there is, into psql's `version_query`. */
const versionScript = `
SELECT CASE
    WHEN to_regclass('public.schema_migrations') IS NOT NULL
      THEN 'SELECT max(name::text) AS version FROM public.schema_migrations'
    WHEN to_regclass('public.alembic_version') IS NOT NULL
      THEN 'SELECT max(version_num::text) AS version FROM public.alembic_version'
    ELSE 'SELECT NULL::text AS version' END AS version_query \\gset
`;

/**
 * Puts the facts of the database into psql's variable `facts`, as one line of JSON.
 *
 * The query is made from the catalogue first: every table is counted, whoever made it.
 */
export const factsScript = `${versionScript}
SELECT coalesce(
    string_agg(
      format('SELECT %L AS name, count(*) AS rows FROM %I.%I',
             schemaname || '.' || tablename, schemaname, tablename),
      ' UNION ALL '),
    'SELECT NULL::text AS name, 0 AS rows WHERE false') AS rows_query
  FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema$)' \\gset
SELECT jsonb_build_object(
    'rows', (SELECT coalesce(jsonb_object_agg(name, rows), '{}') FROM (:rows_query) AS counted),
    'schemaVersion', (SELECT version FROM (:version_query) AS versions)) AS facts \\gset
`;

/** Null where the database keeps no record of its migrations. */
export async function readSchemaVersion(
  server: PostgresServer,
  database: string,
): Promise<string | null> {
  const version = await runSql(server, database, `${versionScript}:version_query;\n`);
  return version === "" ? null : version;
}

export async function readFacts(
  server: PostgresServer,
  database: string,
  signal?: AbortSignal,
): Promise<DatabaseFacts> {
  return parseFacts(await runSql(server, database, `${factsScript}\\echo :facts\n`, signal));
}

export function parseFacts(json: string): DatabaseFacts {
  return facts.parse(JSON.parse(json));
}

/** Where two databases differ, a line for each table; empty where they are equal. */
export function factsDifferences(wanted: DatabaseFacts, actual: DatabaseFacts): string[] {
  const tables = new Set([...Object.keys(wanted.rows), ...Object.keys(actual.rows)]);
  const rows = [...tables].sort().flatMap((table) => {
    const [expected, found] = [wanted.rows[table], actual.rows[table]];
    if (expected === found) return [];
    return [`${table}: ${expected ?? "no"} rows in the manifest, ${found ?? "no"} found`];
  });
  const [version, found] = [wanted.schemaVersion ?? "none", actual.schemaVersion ?? "none"];
  return version === found ? rows : [...rows, `schema ${version} in the manifest, ${found} found`];
}
