import type { QdrantPart } from "../manifest.ts";
import { requireEqual } from "../mismatch.ts";
import type { Progress } from "../progress.ts";
import type { PartRestore } from "../restore-parts.ts";
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
  // Never broken off: the server may go on with an upload whose sender has left, and win over the next.
  const api = qdrantApi(server);
  return {
    prepare: () => Promise.resolve(),
    apply: async () => {
      await loadQdrant(api, set.part, { folder: set.folder, progress, signal });
      requireEqual("Qdrant", await qdrantDifferences(api, set.part));
    },
    goBack: async () => {
      if (former) await loadQdrant(api, former.part, { folder: former.folder, progress });
    },
    finish: () => Promise.resolve(),
  };
}
