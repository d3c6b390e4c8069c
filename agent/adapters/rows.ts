import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { uuid } from "../identifiers.ts";
import type { ToolExecution } from "../loop/tool-execution.ts";
import type { Remember, StoredConversation } from "../run-record.ts";
import { textOf } from "../telemetry/openinference.ts";
import { storableInt } from "./storable-json.ts";

/** A message's own part of its row. */
export interface MessageColumns {
  readonly role: ChatCompletionMessageParam["role"];
  readonly content: unknown;
  readonly tool_calls: unknown;
  readonly tool_call_id: string | null;
}

/** For jsonb_to_recordset, which fills absent columns with NULL. */
export function messageRow(message: ChatCompletionMessageParam): Record<string, unknown> {
  return {
    id: uuid(),
    role: message.role,
    content: message.content ?? null,
    ...("tool_calls" in message ? { tool_calls: message.tool_calls } : {}),
    ...("tool_call_id" in message ? { tool_call_id: message.tool_call_id } : {}),
  };
}

/**
 * The rows of messages that are stored together. What is worth remembering are words: a user's that
 * were not answered yet, and an answer; not what tools brought, nor what somebody else's turn said.
 */
export function messageRows(
  messages: readonly ChatCompletionMessageParam[],
  remember: Remember | undefined,
): Record<string, unknown>[] {
  const lastAnswer = messages.findLastIndex(({ role }) => role === "assistant");
  return messages.map((message, index) => {
    const isWords =
      message.role === "user"
        ? index > lastAnswer
        : message.role === "assistant" && index === messages.length - 1 && !message.tool_calls;
    const isWorth = isWords && textOf(message.content).trim() !== "";
    const row = messageRow(message);
    return remember && isWorth ? { ...row, remember: remember.traceparent } : row;
  });
}

/** A message's row as it is shown to its owner. */
export interface StoredMessageColumns extends MessageColumns {
  readonly id: string;
  readonly run_id: string | null;
  readonly created_at: string;
}

export function storedMessageFrom(
  row: StoredMessageColumns,
): StoredConversation["messages"][number] {
  const { id, run_id, created_at } = row;
  return { id, run_id, created_at, ...messageFrom(row) };
}

export function messageFrom(row: MessageColumns): ChatCompletionMessageParam {
  const { role, content, tool_calls, tool_call_id } = row;
  return {
    role,
    content,
    ...(tool_calls === null ? {} : { tool_calls }),
    ...(tool_call_id === null ? {} : { tool_call_id }),
    // Rows are written from messages of this type, and only by us.
  } as ChatCompletionMessageParam;
}

export function executionRow(execution: ToolExecution): Record<string, unknown> {
  return {
    id: uuid(),
    step: storableInt(execution.step),
    tool_call_id: execution.id,
    name: execution.name,
    arguments: execution.arguments,
    status: execution.status,
    result: { output: execution.output, citations: execution.citations },
    error: execution.error,
    duration_ms: storableInt(execution.duration_ms),
  };
}
