import { type PostgresServer, runSql } from "./postgres/psql.ts";
import { readSchemaVersion } from "./postgres/database-facts.ts";
import { serverVersion } from "./postgres/server-version.ts";
import { qdrantApi } from "./qdrant/qdrant-api.ts";
import type { Stores } from "./stores.ts";
import type { StoresHere } from "./refusals.ts";

/** Asks the stores what they are. */
export async function storesHere(stores: Stores): Promise<StoresHere> {
  const { postgres, qdrant, mounts } = stores;
  return {
    ...(postgres && {
      postgres: { version: await serverVersion(postgres), databases: await schemas(postgres) },
    }),
    ...(qdrant && { qdrant: await qdrantApi(qdrant).identity() }),
    mounts,
  };
}

async function schemas(server: PostgresServer): Promise<Record<string, string | null>> {
  const names = await runSql(
    server,
    "postgres",
    "SELECT datname FROM pg_database WHERE datallowconn;",
  );
  const found: Record<string, string | null> = {};
  for (const name of names.split("\n")) {
    // One that is too broken to say it can still be replaced.
    found[name] = await readSchemaVersion(server, name).catch(() => null);
  }
  return found;
}
