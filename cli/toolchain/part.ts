import { mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { Report } from "../output/activity.ts";
import { isIntact, writeManifest } from "./manifest.ts";
import { type Say, withProgress } from "./progress.ts";
import type { Tool } from "./toolchain.ts";

/** What is at hand while a part is made. */
export interface Workplace {
  /** The toolchain's directory in the user's cache. */
  readonly root: string;
  /** An empty directory that becomes the part's own when all went well. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
  readonly report: Report;
  readonly say: Say;
}

/** A tool of ours in the cache, and how it is made where it is missing or damaged. */
export interface Part {
  /** In the user's words. */
  readonly subject: string;
  /** The directory's name in the cache: version and hash, so that it never has to change. */
  readonly id: string;
  readonly version: string;
  readonly origin: "download" | "built";
  /** Relative to the part's directory. */
  readonly executable: string;
  readonly make: (workplace: Workplace) => Promise<void>;
}

export async function installedPart(root: string, part: Part): Promise<Tool | undefined> {
  const directory = path.join(root, part.id);
  return (await isIntact(directory)) ? toolOf(directory, part) : undefined;
}

/** Makes a part aside and puts it in place as a whole; call it under the toolchain's lock. */
export async function installPart(
  part: Part,
  surroundings: Omit<Workplace, "directory" | "say">,
): Promise<Tool> {
  const { root, report } = surroundings;
  const directory = path.join(root, `${part.id}.${process.pid}.tmp`);
  try {
    await mkdir(directory, { recursive: true });
    await withProgress(report, part.subject, async (say) => {
      await part.make({ ...surroundings, directory, say });
      await writeManifest(directory, path.dirname(part.executable));
      await rm(path.join(root, part.id), { recursive: true, force: true });
      await rename(directory, path.join(root, part.id));
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return toolOf(path.join(root, part.id), part);
}

/** What a killed run left half made. Only safe under the lock. */
export async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (name.endsWith(".tmp")) await rm(path.join(root, name), { recursive: true, force: true });
  }
}

function toolOf(directory: string, { version, origin, executable }: Part): Tool {
  return { version, origin, executable: path.join(directory, executable) };
}
