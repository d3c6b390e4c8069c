import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** The file that a shell would run for `name`. */
export function findOnPath(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const directories = (environment["PATH"] ?? "").split(path.delimiter);
  return directories
    .filter((directory) => path.isAbsolute(directory))
    .map((directory) => executableIn(directory, name))
    .find((file) => file !== undefined);
}

export function executableIn(directory: string, name: string): string | undefined {
  const endings = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  return endings.map((ending) => path.join(directory, name + ending)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
