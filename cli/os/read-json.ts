import { readFileSync } from "node:fs";

/** The JSON of a file; undefined where it is not there, was cut short, or was edited badly. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as unknown;
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (isGone || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
