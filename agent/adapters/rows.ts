import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { withSmallAttachments } from "../attachments/message-attachments.ts";
import { uuid } from "../identifiers.ts";
import type { ToolExecution } from "../loop/tool-execution.ts";
import type { ClientMessage } from "../runs/client-turn.ts";
import type { Remember, StoredConversation } from "../runs/run-record.ts";
import { columnsOf, type MessageColumns, messageIn } from "./message-columns.ts";
import { textOf } from "../telemetry/openinference.ts";
import { storableInt } from "./storable-json.ts";

/** For jsonb_array_elements: a field that a message lacks becomes NULL. */
export function messageRow(message: ChatCompletionMessageParam): Record<string, unknown> {
  return { id: uuid(), ...columnsOf(message) };
}

/** Of pictures and files in the messages that are stored together; the others are noted. */
const keptBytes = 4 * 1024 * 1024;

/**
 * The rows of messages that are stored together. What is worth remembering are words: a user's that
 * were not answered yet, and an answer; not what tools brought, nor what somebody else's turn said.
 */
export function messageRows(
  messages: readonly ChatCompletionMessageParam[],
  remember: Remember | undefined,
  nameOf: (message: ChatCompletionMessageParam) => ClientMessage | undefined = () => undefined,
): Record<string, unknown>[] {
  const lastAnswer = messages.findLastIndex(({ role }) => role === "assistant");
  return withSmallAttachments(messages, keptBytes).map((message, index) => {
    const isWords =
      message.role === "user"
        ? index > lastAnswer
        : message.role === "assistant" && index === messages.length - 1 && !message.tool_calls;
    const isWorth = isWords && textOf(message.content).trim() !== "";
    const name = nameOf(message);
    const row = {
      ...messageRow(message),
      ...(name && { external_id: name.id, external_parent: name.parent }),
    };
    return remember && isWorth ? { ...row, remember: remember.traceparent } : row;
  });
}

/** A message's row as it is shown to its owner. */
export interface StoredMessageColumns extends MessageColumns {
  readonly id: string;
  readonly run_id: string | null;
  readonly created_at: string;
  readonly superseded_at: string | null;
}

export function storedMessageFrom(
  row: StoredMessageColumns,
): StoredConversation["messages"][number] {
  const { id, run_id, created_at, superseded_at } = row;
  return { id, run_id, created_at, superseded_at, ...messageIn(row) };
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
