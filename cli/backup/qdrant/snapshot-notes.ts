import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { listFolder } from "../../os/list-folder.ts";
import { readJson } from "../../os/read-json.ts";
import type { QdrantApi } from "./qdrant-api.ts";

/**
 * A snapshot is a file on the server until it is downloaded. A note beside the part tells whoever finds
 * the unfinished set of a killed command which snapshots were there before.
 */
const note = z.object({ collection: z.string(), before: z.array(z.string()) });

const ending = ".snapshots.json";

function noteOf(folder: string, collection: string): string {
  return join(folder, "qdrant", encodeURIComponent(collection) + ending);
}

export async function noteSnapshots(
  api: QdrantApi,
  folder: string,
  collection: string,
): Promise<void> {
  const before = await api.snapshots(collection);
  writeFileSync(noteOf(folder, collection), JSON.stringify({ collection, before }));
}

export function forgetSnapshots(folder: string, collection: string): void {
  rmSync(noteOf(folder, collection), { force: true });
}

/** Removes from the server what a killed command has left there. */
export async function removeLeftSnapshots(api: QdrantApi, unfinished: string): Promise<void> {
  const folder = join(unfinished, "qdrant");
  for (const name of listFolder(folder)) {
    if (!name.endsWith(ending)) continue;
    // Cut short where the kill came while it was written: nothing had been asked for yet.
    const found = note.safeParse(readJson(join(folder, name)));
    if (!found.success) continue;
    const { collection, before } = found.data;
    if (!(await api.collections()).includes(collection)) continue;
    // The oldest one is the command's own: it asked for it right after the note.
    const [own] = (await api.snapshots(collection)).filter((each) => !before.includes(each));
    if (own !== undefined) await api.removeSnapshot(collection, own);
  }
}
