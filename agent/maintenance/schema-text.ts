import type { EnsureResult } from "./ensure-memory-schema.ts";

export function schemaText(result: EnsureResult): string {
  const { status, collection, pruned = [] } = result;
  const lines = [`${status}: ${collection}`];
  if (result.status === "different") {
    const rows = result.differences.map(
      (row) => `  ${row.what}: ${row.actual}, wanted ${row.wanted}`,
    );
    lines.push(...rows);
  }
  if (result.status === "recreated") {
    lines.push(`  ${result.messages} messages, ${result.points} points`);
    if (result.previous !== null) lines.push(`  kept until --prune: ${result.previous}`);
  }
  return [...lines, ...pruned.map((name) => `  removed ${name}`)].join("\n");
}
