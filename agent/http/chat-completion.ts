import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { RunOutcome } from "../loop/run-request.ts";
import { annotationsOf } from "./annotations.ts";
import type { ChatRequest } from "./chat-request.ts";
import type { ConversationRun } from "../runs/conversation-run.ts";
import { executionView } from "./execution-view.ts";

/** OpenAI's object, for clients that do not stream. */
export function chatCompletion(
  body: ChatRequest,
  run: ConversationRun,
  outcome: RunOutcome,
): object {
  const { answer, clientCalls, executions, finishReason, usage } = outcome;
  const annotations = annotationsOf(executions);
  return {
    id: `chatcmpl-${run.id}`,
    object: "chat.completion",
    created: Math.floor(run.createdAt.getTime() / 1000),
    model: outcome.answeredBy ?? body.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: answer.content === "" && clientCalls.length > 0 ? null : answer.content,
          ...(answer.reasoning !== "" && { reasoning_content: answer.reasoning }),
          refusal: answer.refusal,
          ...(clientCalls.length > 0 && { tool_calls: clientCalls }),
          ...(annotations.length > 0 && { annotations }),
        },
        logprobs: answer.logprobs ?? null,
        finish_reason: finishReason,
      },
    ],
    usage,
  };
}

/** What is added to it for a run that is kept. */
export function conversationParts(
  run: ConversationRun,
  { executions, memory, messages, stopReason, fellBack }: RunOutcome,
  added: readonly ChatCompletionMessageParam[],
): object {
  return {
    conversation_id: run.conversationId,
    messages: [...added, ...messages],
    tool_executions: executions.map(executionView),
    // OpenAI's metadata is text to text; strict clients reject anything else.
    metadata: {
      conversation_id: run.conversationId,
      run_id: run.id,
      stop_reason: stopReason,
      trace_id: run.traceId,
      memory_status: memory.status,
      memory_hits: String(memory.hits),
      fallback: String(fellBack),
    },
  };
}
