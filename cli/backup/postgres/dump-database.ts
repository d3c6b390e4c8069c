import { Readable } from "node:stream";
import { join } from "node:path";
import { execStream } from "../../docker/exec-stream.ts";
import type { DatabaseDump } from "../manifest.ts";
import { writePart } from "../write-part.ts";
import { factsScript, parseFacts } from "./database-facts.ts";
import { type PostgresServer, psqlCommand, requireSuccess } from "./psql.ts";

/**
 * One transaction counts and lends its snapshot to pg_dump, so that the counts are the dump's own.
 *
 * The dump is what psql prints: its child inherits standard output. The facts go to standard error.
 */
const dumpScript = `
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \\gset
${factsScript}
\\warn facts :facts
\\setenv SNAPSHOT :snapshot
\\setenv DATABASE :DBNAME
\\! exec pg_dump --format=custom --snapshot="$SNAPSHOT" --username=postgres "$DATABASE" </dev/null
\\if :SHELL_ERROR
SELECT pg_dump_failed();
\\endif
COMMIT;
`;

const factsLine = /^facts (\{.*\})$/m;

/** Streams a dump of one database, as it is at one moment, into the set. */
export async function dumpDatabase(
  server: PostgresServer,
  name: string,
  folder: string,
  options: { onBytes: (bytes: number) => void; signal: AbortSignal },
): Promise<DatabaseDump> {
  const { docker, container } = server;
  const path = `postgres/${encodeURIComponent(name)}.dump`;
  const { stdout, ended } = await execStream(docker, container, psqlCommand(name), {
    stdin: Readable.from([dumpScript]),
    signal: options.signal,
  });
  const written = await writePart(join(folder, path), stdout, options);
  const end = await ended();
  requireSuccess(end, `The database ${name} could not be dumped.`);
  const facts = parseFacts(factsLine.exec(end.stderr)?.[1] ?? "");
  return { name, ...facts, rows: { ...facts.rows }, file: { path, ...written } };
}
