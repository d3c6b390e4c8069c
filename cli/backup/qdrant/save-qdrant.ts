import { join } from "node:path";
import { z } from "zod";
import type { CollectionSnapshot, QdrantPart } from "../manifest.ts";
import { writePart } from "../write-part.ts";
import type { Progress } from "../progress.ts";
import type { QdrantApi } from "./qdrant-api.ts";
import { forgetSnapshots, noteSnapshots } from "./snapshot-notes.ts";

/** How often a snapshot is taken again because points came or went meanwhile. */
const attempts = 3;

/** Streams a snapshot of every collection into the set; none stays behind on the server. */
export async function saveQdrant(
  api: QdrantApi,
  folder: string,
  { progress, signal }: { progress: Progress; signal: AbortSignal },
): Promise<QdrantPart> {
  const { family, version } = await api.identity();
  const collections: CollectionSnapshot[] = [];
  for (const name of await api.collections()) {
    const step = progress(`qdrant ${name}`);
    const saved = await saveCollection(api, name, folder, { onBytes: step.bytes, signal });
    step.done(`${saved.points.most} points`);
    collections.push(saved);
  }
  return { family, version, collections, aliases: await api.aliases() };
}

async function saveCollection(
  api: QdrantApi,
  name: string,
  folder: string,
  options: { onBytes: (bytes: number) => void; signal: AbortSignal },
): Promise<CollectionSnapshot> {
  await noteSnapshots(api, folder, name);
  const { snapshot, points } = await countedSnapshot(api, name);
  try {
    const path = `qdrant/${encodeURIComponent(name)}.snapshot`;
    const written = await writePart(
      join(folder, path),
      await api.download(name, snapshot),
      options,
    );
    const vectors = z.json().parse(await api.vectors(name));
    return { name, points, vectors, file: { path, ...written } };
  } finally {
    forgetSnapshots(folder, name);
    await api.removeSnapshot(name, snapshot).catch((error: unknown) => {
      // An interrupted call; the server's own folder keeps one file too many.
      if (!options.signal.aborted) throw error;
    });
  }
}

/** A snapshot with the number of points in it, exactly where nobody writes at that moment. */
async function countedSnapshot(api: QdrantApi, name: string) {
  for (let attempt = 1; ; attempt++) {
    const before = await api.count(name);
    const snapshot = await api.createSnapshot(name);
    const after = await api.count(name);
    if (before === after || attempt === attempts) {
      const points = { least: Math.min(before, after), most: Math.max(before, after) };
      return { snapshot, points };
    }
    await api.removeSnapshot(name, snapshot);
  }
}
