import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scratchClone } from "./system-stack.ts";

/** A clone of the work tree as Git for Windows makes it: with core.autocrlf. */
export function crlfClone(): string {
  const source = scratchClone();
  const clone = mkdtempSync(join(tmpdir(), "agent stack "));
  try {
    const words = ["clone", "--quiet", "--config", "core.autocrlf=true", source, clone];
    execFileSync("git", words, { stdio: ["ignore", "ignore", "pipe"] });
  } finally {
    rmSync(source, { recursive: true });
  }
  return clone;
}
