import { delimiter, isAbsolute, join } from "node:path";
import { isExecutable } from "./is-executable.ts";

/** The file that a shell would run for `name`. */
export function findOnPath(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  return findExecutable(name, foldersOnPath(environment));
}

/** The first executable file called `name` in `folders`. */
export function findExecutable(name: string, folders: readonly string[]): string | undefined {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  return folders
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .find(isExecutable);
}

/** Relative ones are left out: what they mean depends on where a command is typed. */
export function foldersOnPath(environment: NodeJS.ProcessEnv): string[] {
  return (environment["PATH"] ?? environment["Path"] ?? "").split(delimiter).filter(isAbsolute);
}
