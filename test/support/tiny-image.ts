import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An image of random layers that no other has: nothing of it is on any machine before it is pulled. */
export interface TinyImage {
  readonly tag: string;
  /** Removes it, so that a pull has to fetch its layers. */
  readonly remove: () => void;
}

/** Builds an image from scratch, one layer for each of `megabytes`. */
export function tinyImage(name: string, megabytes: readonly number[]): TinyImage {
  const tag = `stack-test/${name}:${process.pid.toString(36)}`;
  const folder = mkdtempSync(join(tmpdir(), "stack-image-"));
  try {
    const files = megabytes.map((size, index) => {
      writeFileSync(join(folder, `layer-${index}`), randomBytes(size * 1_000_000));
      return `COPY layer-${index} /`;
    });
    writeFileSync(join(folder, "Dockerfile"), ["FROM scratch", ...files, ""].join("\n"));
    docker("build", "--quiet", "--no-cache", "--tag", tag, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const remove = () => {
    removeImages(tag);
  };
  return { tag, remove };
}

/** Removes images by name or id; one that is not there is removed already. */
export function removeImages(...names: readonly string[]): void {
  for (const name of names) {
    try {
      docker("rmi", "--force", name);
    } catch (error) {
      if (!/No such image/i.test(String((error as { stderr?: unknown }).stderr))) throw error;
    }
  }
}

function docker(...words: string[]): void {
  execFileSync("docker", words, { stdio: ["ignore", "ignore", "pipe"] });
}
