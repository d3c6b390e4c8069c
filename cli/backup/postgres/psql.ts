import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { StackError } from "../../../infra/stack-error.ts";
import { type ExecEnd, execStream } from "../../docker/exec-stream.ts";

/** A running Postgres, reached by `docker exec` over its own socket: no password, no port. */
export interface PostgresServer {
  readonly docker: Docker;
  readonly container: string;
}

const superuser = "postgres";

/** Runs SQL (and psql's own commands) as the superuser; gives what it printed, one row per line. */
export async function runSql(
  server: PostgresServer,
  database: string,
  sql: string,
  signal?: AbortSignal,
): Promise<string> {
  const { stdout, ended } = await execStream(
    server.docker,
    server.container,
    psqlCommand(database),
    { stdin: Readable.from([sql]), signal },
  );
  const output = await text(stdout);
  requireSuccess(await ended(), `Postgres refused a command on the database ${database}.`);
  return output.trim();
}

export function psqlCommand(database: string): string[] {
  const quiet = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only"];
  const target = ["--username", superuser, "--dbname", database, "--file", "-"];
  return ["psql", ...quiet, "--set", "ON_ERROR_STOP=1", ...target];
}

export function restoreCommand(database: string): string[] {
  const target = ["--username", superuser, "--dbname", database];
  return ["pg_restore", "--exit-on-error", "--single-transaction", ...target];
}

/** @throws StackError with the end of the command's standard error. */
export function requireSuccess({ exitCode, stderr }: ExecEnd, message: string): void {
  if (exitCode === 0) return;
  throw new StackError(message, {
    details: stderr.trim().split("\n").slice(-8),
    remedy: "See what Postgres says of it: ./stack logs postgres",
  });
}

/** A name as SQL takes it, whatever is in it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
