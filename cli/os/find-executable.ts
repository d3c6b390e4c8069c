import { delimiter, join } from "node:path";
import { isExecutable } from "./is-executable.ts";

/** The first executable file called `name` in `folders`. */
export function findExecutable(name: string, folders: readonly string[]): string | undefined {
  const names = process.platform === "win32" ? [`${name}.exe`, name] : [name];
  for (const folder of folders) {
    const found = names.map((each) => join(folder, each)).find(isExecutable);
    if (found) return found;
  }
  return undefined;
}

export function foldersOnPath(environment: NodeJS.ProcessEnv): string[] {
  return (environment["PATH"] ?? environment["Path"] ?? "").split(delimiter).filter(Boolean);
}
