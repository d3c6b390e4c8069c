import { type PostgresServer, runSql } from "./psql.ts";

/** "18.6", without a distribution's own words behind it. */
export async function serverVersion(server: PostgresServer, signal?: AbortSignal): Promise<string> {
  const version = await runSql(server, "postgres", "SHOW server_version;", signal);
  return version.split(" ")[0] ?? version;
}
