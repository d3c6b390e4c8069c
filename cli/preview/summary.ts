import type { Change } from "./change.ts";
import { type RiskLevel, worst } from "./risk.ts";

export interface Summary {
  readonly level: RiskLevel;
  /** "1 replaced, 2 created". */
  readonly counts: string;
}

export function summarise(changes: readonly Change[]): Summary {
  const words = { remove: "removed", replace: "replaced", update: "updated", create: "created" };
  const counts = Object.entries(words).flatMap(([action, word]) => {
    const count = changes.filter((change) => change.action === action).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return { level: worst(changes.map(({ level }) => level)), counts: counts.join(", ") };
}
