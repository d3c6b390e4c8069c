import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { writeFileAtomically } from "../os/write-file-atomically.ts";
import { versionIn } from "./version.ts";

const known = z.record(
  z.string(),
  z.object({ size: z.number(), mtimeMs: z.number(), version: z.string() }),
);
type Known = z.infer<typeof known>;

/**
 * The version of an executable that is not ours. The answer is kept for as long as the file stays the
 * same: asking a program of 100 MB at every start would be felt.
 */
export async function versionOf(
  executable: string,
  args: readonly string[],
  { root, environment }: { root: string; environment: NodeJS.ProcessEnv },
): Promise<string | undefined> {
  const file = path.join(root, "versions.json");
  const { size, mtimeMs } = statSync(executable);
  const remembered = read(file);
  const entry = remembered[executable];
  if (entry?.size === size && entry.mtimeMs === mtimeMs) return entry.version;
  const version = await ask(executable, args, environment);
  if (version === undefined) return undefined;
  mkdirSync(root, { recursive: true });
  const next = { ...remembered, [executable]: { size, mtimeMs, version } };
  writeFileAtomically(file, JSON.stringify(next, null, 2), 0o644);
  return version;
}

async function ask(
  executable: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(executable, [...args], {
      env: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: 5_000,
    });
    return versionIn(stdout) ?? versionIn(stderr);
  } catch {
    // A program that can't say its version is not used.
    return undefined;
  }
}

function read(file: string): Known {
  if (!existsSync(file)) return {};
  try {
    return known.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Only a memory: without it the programs are asked again.
    return {};
  }
}
