import { parseArgs } from "node:util";
import pg from "pg";
import { parseAgentEnvironment } from "./contract/parse-environment.ts";
import { migrate } from "./adapters/migrate.ts";
import { databaseStatus } from "./maintenance/database-status.ts";
import { ensureMemorySchema } from "./maintenance/ensure-memory-schema.ts";
import { schemaText } from "./maintenance/schema-text.ts";

// One-off commands that run inside the image, beside Qdrant, Postgres and the embeddings, wherever
// Docker is. Each ends its output with one line: text, or JSON with --json.
const usage = `usage: node maintenance.ts COMMAND [--json]
  ensure-schema [--recreate] [--prune] [--dry-run]   exit 0 created or equal, 3 different
                [--attended]                         gives up when standard input ends
  migrate                                            brings the database's schema up to date
  status                                             what the database contains`;
const schemaDiffers = 3;
const wrongUsage = 64;

const options = {
  json: { type: "boolean", default: false },
  recreate: { type: "boolean", default: false },
  prune: { type: "boolean", default: false },
  "dry-run": { type: "boolean", default: false },
  attended: { type: "boolean", default: false },
} as const;

/** Whoever had this started in a container is gone, killed or not, when its end of the line is closed. */
function untilInputEnds(): AbortSignal {
  const ended = new AbortController();
  process.stdin.once("close", () => {
    ended.abort(new Error("Nobody waits for this any more: standard input has ended."));
  });
  process.stdin.once("end", () => process.stdin.destroy()).resume();
  return ended.signal;
}

function parsedWords() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch {
    return undefined;
  }
}

async function run(): Promise<number> {
  const words = parsedWords();
  const [command, ...others] = words?.positionals ?? [];
  if (words === undefined || command === undefined || others.length > 0) return misused();
  const { json, recreate, prune, attended, "dry-run": dryRun } = words.values;
  const environment = parseAgentEnvironment(process.env);
  const print = (result: object, text: string) => {
    console.log(json ? JSON.stringify(result) : text);
  };
  const pool = new pg.Pool({ connectionString: environment.DATABASE_URL, max: 2 });
  try {
    switch (command) {
      case "ensure-schema": {
        const signal = attended ? untilInputEnds() : undefined;
        const options = { recreate, prune, dryRun, signal };
        const result = await ensureMemorySchema(environment, pool, options);
        print(result, schemaText(result));
        return result.status === "different" ? schemaDiffers : 0;
      }
      case "migrate": {
        const applied = await migrate(environment.DATABASE_URL);
        print({ applied }, applied.length === 0 ? "Up to date." : `Applied ${applied.join(", ")}.`);
        return 0;
      }
      case "status": {
        const status = await databaseStatus(pool);
        const lines = Object.entries(status).map(([name, value]) => `${name}: ${String(value)}`);
        print(status, lines.join("\n"));
        return 0;
      }
      default:
        return misused();
    }
  } finally {
    process.stdin.destroy();
    await pool.end();
  }
}

function misused(): number {
  console.error(usage);
  return wrongUsage;
}

process.exitCode = await run();
