import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { runProcess } from "../../../cli/os/run-process.ts";
import { cached } from "./python.ts";

const locked = path.join(import.meta.dirname, "../../conformance/codex");

/** Codex' command, of the locked version, installed in the user's cache when it is not there yet. */
export async function lockedCodex(): Promise<string> {
  const key = readFileSync(path.join(locked, "package-lock.json"), "utf8");
  const folder = await cached("codex", key, async (making) => {
    mkdirSync(making, { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) {
      copyFileSync(path.join(locked, file), path.join(making, file));
    }
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    await runProcess("npm", args, { cwd: making, environment: process.env });
  });
  return path.join(folder, "node_modules/@openai/codex/bin/codex.js");
}
