import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { RunOutcome } from "../loop/run-request.ts";
import { withSmallAttachments } from "../attachments/message-attachments.ts";
import { annotationsOf } from "./annotations.ts";
import type { ChatRequest } from "./chat-request.ts";
import type { ConversationRun } from "../runs/conversation-run.ts";
import { executionView } from "./execution-view.ts";
import { finishReasonOf, speaksOfFunctions } from "./functions-before-tools.ts";

/** OpenAI's object, for clients that do not stream. */
export function chatCompletion(
  body: ChatRequest,
  run: ConversationRun,
  outcome: RunOutcome,
): object {
  const { answer, clientCalls, executions, usage } = outcome;
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
          ...(clientCalls.length > 0 && callsOf(body, clientCalls)),
          ...(annotations.length > 0 && { annotations }),
        },
        logprobs: answer.logprobs ?? null,
        finish_reason: finishReasonOf(body, outcome),
      },
    ],
    usage,
  };
}

function callsOf(body: ChatRequest, calls: RunOutcome["clientCalls"]): object {
  // Such a client's model was asked for one call at a time.
  if (speaksOfFunctions(body)) return { function_call: calls[0]?.function };
  return { tool_calls: calls };
}

/** What is added to it for a run that is kept. */
export function conversationParts(
  run: ConversationRun,
  { executions, memory, messages, stopReason, fellBack }: RunOutcome,
  added: readonly ChatCompletionMessageParam[],
): object {
  return {
    conversation_id: run.conversationId,
    // A picture that was sent is not sent back.
    messages: [...withSmallAttachments(added, 0), ...messages],
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
