import type { QdrantPart } from "../manifest.ts";
import { requireEqual } from "../require-equal.ts";
import type { Progress } from "../progress.ts";
import type { PartRestore, PartUndo } from "../restore-parts.ts";
import { loadQdrant, qdrantDifferences } from "./load-qdrant.ts";
import { qdrantApi, type QdrantServer } from "./qdrant-api.ts";

/** A part of a set, with the folder that its files are in. */
export interface Stored<Part> {
  readonly part: Part;
  readonly folder: string;
}

/** Qdrant replaces a collection by its snapshot at once; the way back is the safety set's snapshot. */
export function qdrantRestore(
  server: QdrantServer,
  set: Stored<QdrantPart>,
  former: Stored<QdrantPart> | undefined,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): PartRestore {
  const api = uninterrupted(server);
  return {
    ...qdrantUndo(server, former, progress),
    prepare: () => Promise.resolve(),
    apply: async () => {
      await loadQdrant(api, set.part, { folder: set.folder, progress, signal });
      requireEqual("Qdrant", await qdrantDifferences(api, set.part));
    },
  };
}

export function qdrantUndo(
  server: QdrantServer,
  former: Stored<QdrantPart> | undefined,
  progress: Progress,
): PartUndo {
  const api = uninterrupted(server);
  return {
    ...(!former && { unsaved: "Qdrant's collections" }),
    goBack: async () => {
      if (!former) {
        // The agent's memory can be made from Postgres, which is its truth.
        progress("qdrant").warned(
          "its former collections were not saved; ./stack qdrant ensure-schema --recreate fills the " +
            "agent's memory from Postgres",
        );
        return;
      }
      await loadQdrant(api, former.part, { folder: former.folder, progress });
      requireEqual("Qdrant", await qdrantDifferences(api, former.part));
    },
    finish: () => Promise.resolve(),
  };
}

/** The server may go on with an upload whose sender has left, and win over the next. */
function uninterrupted(server: QdrantServer) {
  return qdrantApi(server);
}
