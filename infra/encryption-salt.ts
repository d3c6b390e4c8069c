import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/**
 * Takes the engine's encryption salt out of a stack's settings file, and the file away where it held
 * nothing else.
 *
 * The engine writes it there at every update, so a fresh clone would turn dirty; the state has its
 * own copy, and the next command works without this one.
 */
export function removeEncryptionSalt(path: string): void {
  if (!existsSync(path)) return;
  const text = readFileSync(path, "utf8");
  const kept = text.replace(/^encryptionsalt:.*\n?/m, "");
  if (kept === text) return;
  if (kept.trim() === "") rmSync(path);
  else writeFileSync(path, kept);
}
