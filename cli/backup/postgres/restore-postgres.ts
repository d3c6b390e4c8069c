import { join } from "node:path";
import { requireEqual } from "../mismatch.ts";
import type { PostgresPart } from "../manifest.ts";
import type { Progress } from "../progress.ts";
import type { PartRestore } from "../restore-parts.ts";
import { factsDifferences, readFacts } from "./database-facts.ts";
import type { PostgresServer } from "./psql.ts";
import { asideName, dropAside, exchangeDatabases, loadBeside } from "./replace-database.ts";

/**
 * The dumps become databases beside the present ones; when all are loaded and counted, one transaction
 * exchanges them.
 */
export function postgresRestore(
  server: PostgresServer,
  part: PostgresPart,
  options: {
    readonly folder: string;
    /** Leaves the former databases beside: nothing else has their data. */
    readonly keepFormer: boolean;
    readonly progress: Progress;
    readonly signal: AbortSignal;
  },
): PartRestore {
  const { folder, keepFormer, progress, signal } = options;
  const names = part.databases.map(({ name }) => name);
  let exchanged = false;
  return {
    prepare: async () => {
      for (const wanted of part.databases) {
        const { name, file } = wanted;
        const step = progress(`postgres ${name}`);
        step.running("loading beside the present database");
        await loadBeside(server, name, join(folder, file.path), signal);
        const facts = await readFacts(server, asideName(name, "incoming"), signal);
        requireEqual(`The dump of ${name}`, factsDifferences(wanted, facts));
        step.done("loaded and counted");
      }
    },
    apply: async () => {
      for (const name of names) await dropAside(server, name, "former");
      await exchangeDatabases(server, names, { bring: "incoming", putAway: "former" });
      exchanged = true;
    },
    goBack: async () => {
      if (!exchanged) return;
      await exchangeDatabases(server, names, { bring: "former", putAway: "incoming" });
      exchanged = false;
    },
    finish: async () => {
      for (const name of names) {
        await dropAside(server, name, "incoming");
        if (!keepFormer) await dropAside(server, name, "former");
      }
    },
  };
}
