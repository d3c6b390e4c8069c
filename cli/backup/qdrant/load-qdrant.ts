import { join } from "node:path";
import type { QdrantPart } from "../manifest.ts";
import type { Progress } from "../progress.ts";
import type { QdrantApi } from "./qdrant-api.ts";

export interface LoadOptions {
  readonly folder: string;
  readonly progress: Progress;
  /** Heeded between two collections. */
  readonly signal?: AbortSignal;
}

/** Makes Qdrant contain what the set's part says: these collections and aliases, and no other. */
export async function loadQdrant(
  api: QdrantApi,
  part: QdrantPart,
  { folder, progress, signal }: LoadOptions,
): Promise<void> {
  for (const { name, file } of part.collections) {
    signal?.throwIfAborted();
    const step = progress(`qdrant ${name}`);
    step.running("restoring");
    await api.upload(name, { path: join(folder, file.path), sha256: file.sha256 });
    step.done("restored");
  }
  const wanted = part.collections.map(({ name }) => name);
  for (const name of await api.collections()) {
    if (!wanted.includes(name)) await api.removeCollection(name);
  }
  const present = await api.aliases();
  // One call, so that nobody meets a moment without its alias.
  await api.changeAliases([
    ...present.map(({ alias }) => ({ delete_alias: { alias_name: alias } })),
    ...part.aliases.map(({ alias, collection }) => ({
      create_alias: { alias_name: alias, collection_name: collection },
    })),
  ]);
}

/** Where Qdrant differs from the part, a line for each collection or alias. */
export async function qdrantDifferences(api: QdrantApi, part: QdrantPart): Promise<string[]> {
  const names = await api.collections();
  const counted = await Promise.all(
    part.collections.map(async ({ name, points }) => {
      if (!names.includes(name)) return [`${name}: not there`];
      const found = await api.count(name);
      if (found >= points.least && found <= points.most) return [];
      return [`${name}: ${points.most} points in the manifest, ${found} found`];
    }),
  );
  const aliases = await api.aliases();
  const lost = part.aliases.filter(
    (wanted) => !aliases.some((found) => isSameAlias(found, wanted)),
  );
  return [
    ...counted.flat(),
    ...lost.map(({ alias, collection }) => `alias ${alias} does not lead to ${collection}`),
  ];
}

function isSameAlias(a: QdrantPart["aliases"][number], b: QdrantPart["aliases"][number]): boolean {
  return a.alias === b.alias && a.collection === b.collection;
}
