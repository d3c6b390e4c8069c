import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Sets a name in the clone's `.env.test`, where it stands or at the end. */
export function setInEnvFile(clone: string, name: string, value: string): void {
  const path = join(clone, ".env.test");
  const lines = readFileSync(path, "utf8").split("\n");
  const kept = lines.filter((line) => !line.startsWith(`${name}=`) && line !== "");
  writeFileSync(path, [...kept, `${name}=${value}`, ""].join("\n"));
}

export function readFromEnvFile(clone: string, name: string): string {
  const text = readFileSync(join(clone, ".env.test"), "utf8");
  return new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1] ?? "";
}
