import { chmod, cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { explainFailure } from "./explain-failure.ts";
import { goEnvironment } from "./go-build.ts";
import type { GoCompiler } from "./go-compiler.ts";
import type { Workplace } from "./part.ts";
import { runProcess } from "../os/run-process.ts";

/** A module whose pinned source is compiled with some of its files replaced. */
export interface PatchedModule {
  /** As go.mod requires it. */
  readonly module: string;
  /** The folder of our files, each at the path that it takes in the module. */
  readonly replaced?: string;
  /** Packages in the module of which only our files stay, and those that are kept by name. */
  readonly emptied?: readonly { readonly folder: string; readonly keep?: readonly string[] }[];
  readonly edits?: readonly Edit[];
}

/** A text that occurs in one file of the module, and what takes its place. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Makes a copy of `source`, a module with a complete go.sum, in which `modules` are replaced by patched
 * copies. Go has checked against go.sum what is copied.
 *
 * @throws Error where a module has not the text that an edit replaces: its pin has moved.
 */
export async function patchedSource(
  { source, target, modules }: SourceCopy,
  compiler: GoCompiler,
  { environment, signal, say }: Workplace,
): Promise<void> {
  await cp(source, target, { recursive: true });
  say("downloading the Go modules that are patched");
  const go = async (directory: string, words: readonly string[]) => {
    const lines: string[] = [];
    await runProcess(compiler.executable, words, {
      cwd: directory,
      environment: goEnvironment(compiler, environment),
      signal,
      onLine: (line) => {
        if (!line.startsWith("go: ")) lines.push(line);
      },
    });
    return lines.join("\n");
  };
  for (const [index, patched] of modules.entries()) {
    try {
      const { Dir } = downloaded.parse(
        JSON.parse(await go(target, ["mod", "download", "-json", patched.module])),
      );
      const folder = `patched-${index}`;
      await copyModule(Dir, path.join(target, folder));
      await patch(path.join(target, folder), patched);
      await go(target, ["mod", "edit", `-replace=${patched.module}=./${folder}`]);
    } catch (error) {
      throw explainFailure(patched.module, error);
    }
  }
}

interface SourceCopy {
  readonly source: string;
  readonly target: string;
  readonly modules: readonly PatchedModule[];
}

const downloaded = z.object({ Dir: z.string() });

/** Go keeps its own copy read-only, and the tests in it are most of the files. */
async function copyModule(from: string, to: string): Promise<void> {
  const isSource = (file: string) =>
    path.basename(file) !== "testdata" && !file.endsWith("_test.go");
  await cp(from, to, { recursive: true, filter: isSource });
  await chmod(to, 0o755);
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true })) {
    const name = path.join(entry.parentPath, entry.name);
    await chmod(name, entry.isDirectory() ? 0o755 : 0o644);
  }
}

/** Changes the module in `directory`. */
export async function patch(
  directory: string,
  { replaced, emptied = [], edits = [] }: PatchedModule,
): Promise<void> {
  for (const { folder, keep = [] } of emptied) {
    for (const name of await readdir(path.join(directory, folder))) {
      const isKept = keep.includes(name) || !name.endsWith(".go");
      if (!isKept) await rm(path.join(directory, folder, name));
    }
  }
  if (replaced !== undefined) await cp(replaced, directory, { recursive: true });
  for (const { file, from, to } of edits) {
    const name = path.join(directory, file);
    const text = await readFile(name, "utf8");
    if (text.split(from).length !== 2) {
      throw new Error(`${file} does not have "${from}" once: its module's pin has moved.`);
    }
    await writeFile(
      name,
      text.replace(from, () => to),
    );
  }
}
