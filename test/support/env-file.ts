import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Sets a name in the clone's `.env.test`, where it is or at the end. */
export function setInEnvFile(clone: string, name: string, value: string): void {
  const path = join(clone, ".env.test");
  const lines = readFileSync(path, "utf8").split("\n");
  const kept = lines.filter((line) => !line.startsWith(`${name}=`) && line !== "");
  writeFileSync(path, [...kept, `${name}=${value}`, ""].join("\n"));
}

/** Of two lines with one name the later counts, as it does for the stack. */
export function readFromEnvFile(clone: string, name: string): string {
  const text = readFileSync(join(clone, ".env.test"), "utf8");
  const lines = [...text.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))];
  return lines.at(-1)?.[1] ?? "";
}
