import { createReadStream } from "node:fs";
import { execStream } from "../../docker/exec-stream.ts";
import {
  identifier,
  literal,
  type PostgresServer,
  requireSuccess,
  restoreCommand,
  runSql,
} from "./psql.ts";

/** Names under which a database waits beside the one that counts. */
export const asideSuffixes = { incoming: "__incoming", former: "__former" } as const;
export type Aside = keyof typeof asideSuffixes;

export function asideName(database: string, aside: Aside): string {
  return database + asideSuffixes[aside];
}

/**
 * A command that was killed leaves its psql at work in the container, until it has done what it was told.
 * Whoever changes databases waits for it; the lock is the session's, so it ends with it.
 */
const takeTurns = "SELECT pg_advisory_lock(hashtext('agent-stack restore')) AS turn \\gset\n";

/** Loads a dump into a new database beside the present one, with the same owner. */
export async function loadBeside(
  server: PostgresServer,
  database: string,
  dump: string,
  signal: AbortSignal,
): Promise<void> {
  const incoming = asideName(database, "incoming");
  await dropAside(server, database, "incoming");
  await runSql(
    server,
    "postgres",
    `${takeTurns}SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0',
                   ${literal(incoming)}, pg_get_userbyid(datdba))
       FROM pg_database WHERE datname = ${literal(database)} \\gexec
     -- As infra/services/postgres/ensure-database.sql has it: a dump has no such grant.
     REVOKE CONNECT, TEMPORARY ON DATABASE ${identifier(incoming)} FROM PUBLIC;`,
    signal,
  );
  const { stdout, ended } = await execStream(
    server.docker,
    server.container,
    restoreCommand(incoming),
    { stdin: createReadStream(dump), signal },
  );
  stdout.resume();
  requireSuccess(await ended(), `The dump of ${database} can't be restored.`);
  await runSql(server, incoming, "ANALYZE;", signal);
}

/**
 * Lets the databases that wait under `bring` take the place of the present ones, which wait under
 * `putAway` from then on: all of them at once, or none.
 */
export async function exchangeDatabases(
  server: PostgresServer,
  databases: readonly string[],
  { bring, putAway }: { readonly bring: Aside; readonly putAway: Aside },
): Promise<void> {
  const names = databases.flatMap((name) => [name, asideName(name, bring)]);
  const renames = databases.flatMap((name) => [
    rename(name, asideName(name, putAway)),
    rename(asideName(name, bring), name),
  ]);
  await runSql(
    server,
    "postgres",
    // A rename waits some seconds for those that were told to leave.
    `${takeTurns}BEGIN;
     SELECT count(pg_terminate_backend(pid)) AS told FROM pg_stat_activity
      WHERE datname IN (${names.map(literal).join(", ")}) \\gset
     ${renames.join("\n")}
     COMMIT;`,
  );
}

function rename(from: string, to: string): string {
  return `ALTER DATABASE ${identifier(from)} RENAME TO ${identifier(to)};`;
}

export async function dropAside(
  server: PostgresServer,
  database: string,
  aside: Aside,
): Promise<void> {
  const name = identifier(asideName(database, aside));
  await runSql(server, "postgres", `${takeTurns}DROP DATABASE IF EXISTS ${name} WITH (FORCE);`);
}

/** Of these databases, those beside which one waits. */
export async function asideDatabases(
  server: PostgresServer,
  databases: readonly string[],
): Promise<Readonly<Record<Aside, readonly string[]>>> {
  const found = await runSql(server, "postgres", `${takeTurns}SELECT datname FROM pg_database;`);
  const present = found.split("\n");
  const waiting = (aside: Aside) =>
    databases.filter((name) => present.includes(asideName(name, aside)));
  return { incoming: waiting("incoming"), former: waiting("former") };
}
