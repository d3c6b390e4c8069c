import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileChange } from "./file-changes.ts";
import { systemStack } from "./system-stack.ts";

/** Changes a file of the stack's clone for as long as `action` runs. */
export async function withChangedFile(
  { file, change }: FileChange,
  action: () => Promise<void>,
): Promise<void> {
  const path = join(systemStack().clone, file);
  const original = readFileSync(path, "utf8");
  const changed = change(original);
  if (changed === original) throw new Error(`${file} would not be changed`);
  writeFileSync(path, changed);
  try {
    await action();
  } finally {
    writeFileSync(path, original);
  }
}
