import { createReadStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import tar from "tar-stream";
import yauzl from "yauzl";
import type { OfficialRelease } from "./official-release.ts";

interface Entry {
  readonly name: string;
  readonly kind: "file" | "directory" | "other";
}

/**
 * Unpacks into an empty directory and answers with the files' names. Links and names that lead out of
 * the directory are refused: no archive of Pulumi's has any.
 */
export async function unpackArchive(
  file: string,
  kind: OfficialRelease["kind"],
  directory: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const names: string[] = [];
  const save = async (entry: Entry, content: () => Promise<Readable> | Readable) => {
    const target = placeOf(entry, directory);
    if (target === undefined) return;
    names.push(path.relative(directory, target));
    await mkdir(path.dirname(target), { recursive: true });
    // All are programs or a few texts, and archives made on Windows know of no mode.
    const out = await open(target, "wx", 0o755);
    try {
      const bytes = await content();
      await pipeline(bytes, out.createWriteStream(), { ...(signal && { signal }) });
    } finally {
      await out.close();
    }
  };
  await (kind === "zip" ? readZip : readTar)(file, save);
  return names;
}

type Save = (entry: Entry, content: () => Promise<Readable> | Readable) => Promise<void>;

function placeOf({ name, kind }: Entry, directory: string): string | undefined {
  const unsafe =
    name.includes("\\") ||
    name.includes(":") ||
    name.split("/").includes("..") ||
    path.posix.isAbsolute(name);
  if (unsafe) throw new Error(`the archive has an entry outside of its directory: ${name}`);
  if (kind === "other") throw new Error(`the archive has a link or a device: ${name}`);
  return kind === "file" ? path.join(directory, name) : undefined;
}

async function readTar(file: string, save: Save): Promise<void> {
  const kinds: Readonly<Record<string, Entry["kind"]>> = { file: "file", directory: "directory" };
  const extract = tar.extract();
  extract.on("entry", ({ name, type }, content, next) => {
    const entry = { name, kind: kinds[type ?? "file"] ?? "other" } as const;
    save(entry, () => content as Readable).then(
      () => {
        content.resume();
        next();
      },
      (error: unknown) => {
        extract.destroy(error as Error);
      },
    );
  });
  await pipeline(createReadStream(file), createGunzip(), extract);
}

async function readZip(file: string, save: Save): Promise<void> {
  const zip = await yauzl.openPromise(file, { lazyEntries: true });
  try {
    for await (const entry of zip.eachEntry()) {
      const isDirectory = entry.fileName.endsWith("/");
      // The upper half is a Unix mode where the archive was made on Unix, else nothing.
      const type = (entry.externalFileAttributes >>> 16) & 0o170000;
      const isPlain = type === 0 || type === 0o100000;
      const kind = isDirectory ? "directory" : isPlain ? "file" : "other";
      await save({ name: entry.fileName, kind }, () => zip.openReadStreamPromise(entry));
    }
  } finally {
    zip.close();
  }
}
