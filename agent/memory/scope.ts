import { invalidRequest } from "../errors/api-error.ts";

export const memoryScopes = ["conversation", "user", "off"] as const;

/** How far a run's memory reaches: its conversation, all conversations of its user, or nowhere. */
export type MemoryReach = (typeof memoryScopes)[number];

/** @throws ApiError 400 for a word that is none of them. */
export function memoryReach(
  metadata: Readonly<Record<string, unknown>>,
  fallback: MemoryReach,
): MemoryReach {
  const { memory } = metadata;
  if (memory === undefined || memory === null) return fallback;
  const known = memoryScopes.find((word) => word === memory);
  if (known === undefined) {
    throw invalidRequest(`Memory is one of ${memoryScopes.join(", ")}.`, "metadata.memory");
  }
  return known;
}
