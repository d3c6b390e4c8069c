import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Rendering, renderingSchema } from "../../infra/rendering.ts";
import { StackError } from "../../infra/stack-error.ts";

const run = promisify(execFile);

/**
 * What a work tree wants of a stack, said by its own program in a separate process.
 *
 * @param called what errors call the tree: "this work tree", "the tree of 1a2b3c4"
 * @throws StackError where the tree says it in another version, or can't be rendered.
 */
export async function renderTree(
  folder: string,
  stackName: string,
  environment: NodeJS.ProcessEnv,
  called: string,
): Promise<Rendering> {
  const output = await printed(folder, [entryOf(folder), stackName], environment, called);
  const rendering = JSON.parse(output) as { schema?: unknown };
  if (rendering.schema !== renderingSchema) {
    throw new StackError(
      `No preview: the schema of ${called} is ${String(rendering.schema)}, expected ${renderingSchema}.`,
      { remedy: "Name a commit with --against that has the same schema." },
    );
  }
  return rendering as Rendering;
}

/** @throws StackError where a tree is too old to say what it wants. */
export function requireEntry(folder: string, called: string): void {
  if (existsSync(entryOf(folder))) return;
  throw new StackError(`No preview: ${called} has no infra/render.ts, by which trees compare.`, {
    remedy: "Name a later commit with --against: comparisons begin with the one that added it.",
  });
}

function entryOf(folder: string): string {
  return join(folder, "infra/render.ts");
}

async function printed(
  folder: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  called: string,
): Promise<string> {
  try {
    const { stdout } = await run(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", ...words],
      { cwd: folder, env: withoutSettings(environment), maxBuffer: 64 * 1024 * 1024 },
    );
    return stdout;
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    throw new StackError(`${called} can't be rendered.`, {
      details: (stderr ?? "").trim().split("\n").slice(0, 12),
      remedy: "Correct what is said above: ./stack up would stop at it too.",
      cause,
    });
  }
}

/** Only what a program needs to start: a tree's program has no business with keys of the environment. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const needed = ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "LANG"];
  return Object.fromEntries(needed.map((name) => [name, environment[name]]));
}
