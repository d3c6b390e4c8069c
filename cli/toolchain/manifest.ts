import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";

const manifestFile = "manifest.json";

const manifestSchema = z.object({
  files: z
    .array(
      z.object({ name: z.string(), size: z.number(), mtimeMs: z.number(), sha256: z.string() }),
    )
    .min(1),
});

/** Records the files of a finished tool, so that damage is noticed without running anything. */
export async function writeManifest(directory: string, filesIn: string): Promise<void> {
  const entries = await readdir(path.join(directory, filesIn), { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(filesIn, entry.name));
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(directory, name);
      const { size, mtimeMs } = await stat(file);
      return { name, size, mtimeMs, sha256: await sha256(file) };
    }),
  );
  await writeFile(path.join(directory, manifestFile), JSON.stringify({ files }, null, 2));
}

/**
 * Whether a tool is there as it was made. The content is read only where the time of change differs,
 * as after a copied cache: reading 300 MB at each start would be felt.
 */
export async function isIntact(directory: string): Promise<boolean> {
  try {
    const text = await readFile(path.join(directory, manifestFile), "utf8");
    const { files } = manifestSchema.parse(JSON.parse(text));
    for (const { name, size, mtimeMs, sha256: expected } of files) {
      const file = path.join(directory, name);
      const now = await stat(file);
      if (now.size !== size) return false;
      if (now.mtimeMs !== mtimeMs && (await sha256(file)) !== expected) return false;
    }
    return true;
  } catch {
    // Missing, unreadable or not ours: all the same, it has to be made again.
    return false;
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
