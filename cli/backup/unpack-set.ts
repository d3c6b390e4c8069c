import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { text } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import tar from "tar-stream";
import { manifestFile, storedPath } from "./manifest.ts";

/** Unpacks a packed set; a damaged archive is an error of gzip's or tar's own. */
export async function unpackSet(path: string, folder: string, signal: AbortSignal): Promise<void> {
  const archive = tar.extract();
  archive.on("entry", (header, content, next) => {
    if (header.type !== "file" || !isAllowed(header.name)) {
      archive.destroy(new Error(`it holds ${header.name}, which no set has`));
      return;
    }
    const target = join(folder, header.name);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    pipeline(content, createWriteStream(target, { mode: 0o600 })).then(
      () => {
        next();
      },
      (error: unknown) => {
        archive.destroy(error as Error);
      },
    );
  });
  await pipeline(createReadStream(path), createGunzip(), archive, { signal });
}

/** What a set may hold: nothing in an archive can be written anywhere else. */
function isAllowed(name: string): boolean {
  return name === manifestFile || storedPath.test(name);
}

/** The manifest of a packed set, read from the archive's start alone; undefined where it has none. */
export async function peekManifest(path: string): Promise<string | undefined> {
  const source = createReadStream(path);
  const archive = tar.extract();
  const manifest = new Promise<string | undefined>((resolve) => {
    const none = () => {
      resolve(undefined);
    };
    // Nothing asks for a second entry, so the rest of the file stays unread.
    archive.on("entry", (header, content) => {
      if (header.name === manifestFile) text(content).then(resolve, none);
      else none();
    });
    pipeline(source, createGunzip(), archive).then(none, none);
  });
  try {
    return await manifest;
  } finally {
    source.destroy();
  }
}
