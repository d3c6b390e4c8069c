import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

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

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
