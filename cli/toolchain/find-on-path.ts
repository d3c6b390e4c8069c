import path from "node:path";
import { isExecutable } from "../os/is-executable.ts";

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
