import { join } from "node:path";
import { requireEqual } from "../require-equal.ts";
import type { PostgresPart } from "../manifest.ts";
import type { Progress } from "../progress.ts";
import type { PartRestore, PartUndo } from "../restore-parts.ts";
import { factsDifferences, readFacts } from "./database-facts.ts";
import type { PostgresServer } from "./psql.ts";
import {
  asideDatabases,
  asideName,
  dropAside,
  exchangeDatabases,
  loadBeside,
} from "./replace-database.ts";

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
  return {
    ...postgresUndo(server, names, { keepFormer }),
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
    },
  };
}

/**
 * The exchange is one transaction, so the names tell on which side of it they are: before it (and after
 * rolling back) databases wait as `incoming`, and after it as `former`.
 */
export function postgresUndo(
  server: PostgresServer,
  names: readonly string[],
  { keepFormer }: { readonly keepFormer: boolean },
): PartUndo {
  return {
    goBack: async () => {
      const { incoming, former } = await asideDatabases(server, names);
      if (incoming.length > 0 || former.length < names.length) return;
      await exchangeDatabases(server, names, { bring: "former", putAway: "incoming" });
    },
    finish: async () => {
      const { incoming, former } = await asideDatabases(server, names);
      for (const name of incoming) await dropAside(server, name, "incoming");
      // Beside an incoming one, a former one is of an earlier restore, without a safety set.
      if (keepFormer || incoming.length > 0) return;
      for (const name of former) await dropAside(server, name, "former");
    },
  };
}
