import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { PGlite } from "@electric-sql/pglite";
import type pg from "pg";

export interface InProcessPostgres {
  /** What the adapters take; of a pool it has `query` alone. */
  readonly pool: pg.Pool;
  readonly close: () => Promise<void>;
}

const migrations = path.join(import.meta.dirname, "../../agent/migrations");

// As `pg` gives them: bytea is a Buffer.
const parsers = { 17: (hex: string) => Buffer.from(hex.slice(2), "hex") };

/** Postgres itself, compiled to run in this process, with the agent's tables: no Docker is needed. */
export async function startInProcessPostgres(): Promise<InProcessPostgres> {
  const database = await PGlite.create();
  for (const file of readdirSync(migrations).sort()) {
    const [up = ""] = readFileSync(path.join(migrations, file), "utf8").split("-- Down Migration");
    await database.exec(up);
  }
  const query = async (config: string | { text: string; values: unknown[] }, more?: unknown[]) => {
    const { text, values } = typeof config === "string" ? { text: config, values: more } : config;
    const { rows, affectedRows } = await database.query(text, values, { parsers });
    return { rows, rowCount: affectedRows };
  };
  return {
    pool: { query } as unknown as pg.Pool,
    close: () => database.close(),
  };
}
