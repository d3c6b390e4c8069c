import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

export interface Checksum {
  readonly algorithm: "sha1" | "sha256" | "sha512";
  readonly hex: string;
}

// The release workflow of bridged plugins calls `shasum` without an algorithm, which is SHA-1.
const algorithms: Readonly<Record<number, Checksum["algorithm"]>> = {
  40: "sha1",
  64: "sha256",
  128: "sha512",
};

/** The line of an archive in a list as `sha256sum` and `shasum ./*` write it. */
export function checksumIn(list: string, archive: string): Checksum | undefined {
  for (const line of list.split(/\r?\n/)) {
    const [, hex = "", name] = /^([0-9a-f]+)\s+\*?(?:\.\/)?(\S+)\s*$/i.exec(line) ?? [];
    const algorithm = algorithms[hex.length];
    if (name === archive && algorithm !== undefined) return { algorithm, hex: hex.toLowerCase() };
  }
  return undefined;
}

export async function checksumOf(
  file: string,
  algorithm: Checksum["algorithm"],
): Promise<Checksum> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return { algorithm, hex: hash.digest("hex") };
}
