import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { type ProviderState, stateOf } from "../loop/provider-state.ts";

/**
 * The columns of `messages` that are the message itself: what is written, read back, handed over and
 * exported. They are its fields by name, but for `provider_state`, which has several of them. By column,
 * how it is taken from a row of `insertMessages`.
 */
const columns = {
  role: "m->>'role'",
  content: "NULLIF(m->'content', 'null')",
  tool_calls: "NULLIF(m->'tool_calls', 'null')",
  tool_call_id: "m->>'tool_call_id'",
  provider_state: "NULLIF(m->'provider_state', 'null')",
} as const;

export type MessageColumn = keyof typeof columns;

export type MessageColumns = Readonly<Record<MessageColumn, unknown>>;

const columnNames = Object.keys(columns) as readonly MessageColumn[];

/** For SELECT and INSERT. */
export const messageColumns = columnNames.join(", ");

/** For the SELECT that an INSERT takes its rows from, where a row is `m`. */
export const messageValues = Object.values(columns).join(", ");

/** Every message has these; the others are there where they have a value. */
const always: ReadonlySet<string> = new Set<MessageColumn>(["role", "content"]);

/** A message's columns, as far as it has them. */
export function columnsOf(message: ChatCompletionMessageParam): Partial<MessageColumns> {
  const fields: Readonly<Partial<Record<string, unknown>>> = { ...message };
  const state = stateOf(message);
  return Object.fromEntries(
    columnNames.map((name) => [name, name === "provider_state" ? state : fields[name]]),
  );
}

/** The message again. */
export function messageIn(row: MessageColumns): ChatCompletionMessageParam {
  const entries = columnNames
    .filter((name) => name !== "provider_state" && (row[name] !== null || always.has(name)))
    .map((name) => [name, row[name]] as const);
  const state = row.provider_state as ProviderState | null;
  // Rows are written from messages of this type, and only by us.
  return { ...Object.fromEntries(entries), ...state } as unknown as ChatCompletionMessageParam;
}
