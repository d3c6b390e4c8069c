/**
 * The columns of `messages` that are the message itself, the same by name as its fields: what is written,
 * read back, handed over and exported. By column, how it is taken from a row of `insertMessages`.
 */
const columns = {
  role: "m->>'role'",
  content: "NULLIF(m->'content', 'null')",
  tool_calls: "NULLIF(m->'tool_calls', 'null')",
  tool_call_id: "m->>'tool_call_id'",
} as const;

export type MessageColumn = keyof typeof columns;

export type MessageColumns = Readonly<Record<MessageColumn, unknown>>;

export const columnNames = Object.keys(columns) as readonly MessageColumn[];

/** For SELECT and INSERT. */
export const messageColumns = columnNames.join(", ");

/** For the SELECT that an INSERT takes its rows from, where a row is `m`. */
export const messageValues = Object.values(columns).join(", ");

/** Every message has these; the others are there where they have a value. */
const always: ReadonlySet<string> = new Set<MessageColumn>(["role", "content"]);

export function ownColumns(row: MessageColumns): Partial<MessageColumns> {
  const entries = columnNames
    .map((name) => [name, row[name]] as const)
    .filter(([name, value]) => value !== null || always.has(name));
  return Object.fromEntries(entries);
}
