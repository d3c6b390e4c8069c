import { describeSet } from "./describe-set.ts";
import type { RestoreOutcome } from "./restore-stack.ts";

export function describeRestore({ manifest, safety }: RestoreOutcome): string {
  const restored = `Restored ${manifest.name}: ${describeSet(manifest)}. All is healthy.`;
  if (safety !== undefined) return `${restored}\nThe data from before: ${safety}`;
  const databases = (manifest.postgres?.databases ?? []).map(({ name }) => `${name}__former`);
  return databases.length > 0
    ? `${restored}\nThe databases from before stay in Postgres: ${databases.join(", ")}`
    : restored;
}
