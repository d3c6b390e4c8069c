import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { expect } from "chai";
import type pg from "pg";
import { migrateWith } from "../../../agent/adapters/migrate.ts";

const earlierSchema = path.join(import.meta.dirname, "schema-0007");
const earlier = readdirSync(earlierSchema).sort();
const [schema, ...later] = namesIn(path.join(import.meta.dirname, "../../../agent/migrations"));

describe("the database's schema", function () {
  // Two databases are made in one test.
  this.timeout(60_000);
  let database: PGlite;
  beforeEach(async () => {
    database = await PGlite.create();
  });
  afterEach(() => database.close());

  it("is made by each migration once", async () => {
    const first = await migrateWith(clientOf(database));
    const second = await migrateWith(clientOf(database));

    expect(schema).to.equal("0008_schema");
    expect([first, second]).to.deep.equal([[schema, ...later], []]);
  });

  it("of an earlier commit becomes that of a new database, with its data", async () => {
    await applyEarlier(database, earlier);
    await database.exec(`
      INSERT INTO conversations (id, user_id) VALUES ('${id}', 'key-a/mira');
      INSERT INTO messages (id, conversation_id, role, content) VALUES ('${id}', '${id}', 'user', '"Hello"')`);

    expect(await migrateWith(clientOf(database))).to.deep.equal(later);

    const { rows } = await database.query(
      "SELECT m.content, c.family FROM messages m JOIN conversations c ON c.id = conversation_id",
    );
    expect(rows).to.deep.equal([{ content: "Hello", family: "key-a" }]);
    const adopted = await schemaOf(database);
    const made = await PGlite.create();
    await migrateWith(clientOf(made));
    expect(adopted).to.deep.equal(await schemaOf(made));
    await made.close();
  });

  it("is not guessed at where an earlier commit had only some of it", async () => {
    await applyEarlier(database, earlier.slice(0, 3));

    const failure = await migrateWith(clientOf(database)).catch((error: unknown) => error);

    expect(String(failure)).to.include("lacks 0006_storable_records, 0007_owners_and_erasures");
    const { rows } = await database.query("SELECT name FROM schema_migrations");
    expect(rows).to.have.length(3);
  });
});

const id = "018f3c00-0000-7000-8000-000000000001";

/** Of migrations, in the order in which they are applied. */
function namesIn(folder: string): string[] {
  const files = readdirSync(folder).sort();
  return files.map((file) => path.basename(file, ".sql"));
}

/** As node-pg-migrate did it: each file's first half, and a row that says so. */
async function applyEarlier(database: PGlite, files: readonly string[]): Promise<void> {
  await database.exec(
    "CREATE TABLE schema_migrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)",
  );
  for (const file of files) {
    const [up = ""] = readFileSync(path.join(earlierSchema, file), "utf8").split(
      "-- Down Migration",
    );
    await database.exec(up);
    const name = path.basename(file, ".sql");
    await database.exec(`INSERT INTO schema_migrations (name, run_on) VALUES ('${name}', now())`);
  }
}

/** What `pg.Client` is for the migrations: several statements in one text, and rows of the last. */
function clientOf(database: PGlite): pg.Client {
  const query = async (asked: string | { readonly text: string }) => {
    const results = await database.exec(typeof asked === "string" ? asked : asked.text);
    return results.at(-1) ?? { rows: [] };
  };
  return { query } as unknown as pg.Client;
}

/** Every column, index and constraint, and the migrations that made them. */
async function schemaOf(database: PGlite): Promise<unknown> {
  const { rows } = await database.query(`
    SELECT 'column' AS kind, table_name || '.' || column_name AS name,
           concat_ws(' ', data_type, is_nullable, column_default, generation_expression) AS what
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    UNION ALL SELECT 'migration', name, '' FROM schema_migrations
    ORDER BY 1, 2`);
  return rows;
}
