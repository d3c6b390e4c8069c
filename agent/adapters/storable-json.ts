// Far more than anything that means something, and far less than Postgres' parser, which recurses, takes.
const deepest = 500;
const largestInt = 2 ** 31 - 1;

/**
 * JSON that Postgres takes as jsonb, whatever the value came from. It refuses NUL and half surrogate
 * pairs, in keys too, and nesting without end; models and clients send all of them.
 */
export function storableJson(value: unknown): string {
  return JSON.stringify(storable(value, 0));
}

export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}

/** A count as the column `int` takes it: whole, not negative, and no more than fits. */
export function storableInt(count: number): number {
  return Number.isNaN(count) ? 0 : Math.min(Math.max(Math.round(count), 0), largestInt);
}

function storable(value: unknown, depth: number): unknown {
  if (typeof value === "string") return storableText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === deepest) return "[nested too deep]";
  if (Array.isArray(value)) return value.map((part) => storable(part, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [storableText(key), storable(part, depth + 1)]),
  );
}
