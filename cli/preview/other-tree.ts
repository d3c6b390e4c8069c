import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { StackError } from "../../infra/stack-error.ts";
import type { Report } from "../output/activity.ts";
import { runProcess } from "../os/run-process.ts";
import { requireEntry } from "./render-tree.ts";

const run = promisify(execFile);

export interface OtherTree {
  /** The commit that was laid out, in full. */
  readonly commit: string;
  readonly folder: string;
}

interface Surroundings {
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * Lays the tree where HEAD left `ref` into a scratch folder, with its packages, for as long as `use`
 * takes. The repository itself is only read.
 *
 * @throws StackError where `ref` is not a commit, or shares no history with HEAD.
 */
export async function withOtherTree<T>(
  surroundings: Surroundings,
  ref: string,
  use: (tree: OtherTree) => Promise<T>,
): Promise<T> {
  const { root } = surroundings;
  const commit = await mergeBase(root, ref);
  const folder = mkdtempSync(join(tmpdir(), "agent-stack-tree-"));
  try {
    // Its own index: neither the user's index nor the list of work trees is touched.
    const env = { ...surroundings.environment, GIT_INDEX_FILE: join(folder, ".index") };
    await run("git", ["read-tree", commit], { cwd: root, env });
    await run("git", ["checkout-index", "--all", `--prefix=${folder}/`], { cwd: root, env });
    rmSync(join(folder, ".index"));
    requireEntry(folder, nameOf(commit));
    await providePackages(surroundings, folder);
    return await use({ commit, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What messages call the tree of a commit. */
export function nameOf(commit: string): string {
  return `the tree of ${commit.slice(0, 7)}`;
}

async function mergeBase(root: string, ref: string): Promise<string> {
  const { stdout } = await git(root, ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`], {
    message: `${ref} is not a commit of this clone.`,
    remedy: `Fetch it first (git fetch origin ${ref}), or name another with --against.`,
  });
  const base = await git(root, ["merge-base", stdout.trim(), "HEAD"], {
    message: `${ref} and HEAD share no history in this clone.`,
    remedy: "In a shallow clone, run: git fetch --unshallow",
  });
  return base.stdout.trim();
}

async function git(
  root: string,
  words: readonly string[],
  failure: { message: string; remedy: string },
) {
  try {
    return await run("git", words, { cwd: root });
  } catch (cause) {
    throw new StackError(failure.message, { remedy: failure.remedy, cause });
  }
}

/** The packages of the tree's own lockfile: ours where it is the same one. */
async function providePackages(surroundings: Surroundings, folder: string): Promise<void> {
  const { root, environment, report, signal } = surroundings;
  const own = join(root, "node_modules");
  if (existsSync(own) && lockfile(root) === lockfile(folder)) {
    symlinkSync(own, join(folder, "node_modules"), "junction");
    return;
  }
  const message = "installing the packages of its own lockfile (npm ci)";
  report({ phase: "prepare", subject: "the other tree", status: "running", message });
  await runProcess("npm", ["ci", "--ignore-scripts", "--omit=dev", "--no-fund", "--no-audit"], {
    cwd: folder,
    environment,
    signal,
  });
  report({ phase: "prepare", subject: "the other tree", status: "done", message: "" });
}

function lockfile(folder: string): string {
  const path = join(folder, "package-lock.json");
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
