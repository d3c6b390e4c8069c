import type { FastifyInstance } from "fastify";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { RunOutcome } from "../loop/run-agent.ts";
import { conversationKey, identify, userOf } from "./caller.ts";
import { chatChunks } from "./chat-chunks.ts";
import {
  type ChatRequest,
  clientToolsOf,
  messagesOf,
  newMessages,
  parametersOf,
  parseChatRequest,
  toolChoiceOf,
} from "./chat-request.ts";
import { clientSignal } from "./client-signal.ts";
import { beginRun, type ConversationRun, drain } from "./conversation-run.ts";
import type { Dependencies } from "./dependencies.ts";
import { executionView } from "./execution-view.ts";
import { resolveModel } from "./models-route.ts";
import { streamRun } from "./stream-run.ts";

/** OpenAI's chat completions: stateless, for the client's messages are the truth. */
export function chatRoute(app: FastifyInstance, dependencies: Dependencies): void {
  const { settings, access, gate, tools } = dependencies;
  app.post("/v1/chat/completions", async (request, reply) => {
    const caller = identify(request, access);
    const body = parseChatRequest(request.body, settings.request);
    const messages = messagesOf(body);
    const conversation = conversationKey(request, caller, body.conversation_id);
    const added = conversation === undefined ? messages : newMessages(messages);
    const leave = gate.enter(caller.principal);
    try {
      const run = await beginRun(
        {
          endpoint: "chat.completions",
          userId: userOf(request, caller, body.safety_identifier ?? body.user),
          source: "chat.completions",
          conversation,
          model: resolveModel(body.model, settings),
          newMessages: added,
          metadata: body.metadata ?? {},
          traceparent: request.headers["traceparent"] as string | undefined,
          isCallerTrusted: caller.trusted,
          onTrace: (ids) => {
            request.log = request.log.child(ids);
          },
          request: () => ({
            messages,
            parameters: parametersOf(body),
            tools,
            mustCallTool: false,
            requestedCalls: [],
            clientTools: clientToolsOf(body),
            toolChoice: toolChoiceOf(body),
            parallelToolCalls: body.parallel_tool_calls ?? undefined,
          }),
        },
        dependencies,
        clientSignal(reply),
      );
      reply.header("x-conversation-id", run.conversationId);
      if (body.stream === true) {
        await streamRun(run, reply, chatChunks(body, run));
        return undefined;
      }
      return completion(body, run, await drain(run.events), added);
    } finally {
      leave();
    }
  });
}

function completion(
  body: ChatRequest,
  run: ConversationRun,
  outcome: RunOutcome,
  added: readonly ChatCompletionMessageParam[],
): object {
  const { answer, clientCalls, finishReason, usage, messages, executions, stopReason } = outcome;
  const calls = clientCalls.length > 0 ? { tool_calls: clientCalls } : {};
  return {
    id: `chatcmpl-${run.id}`,
    object: "chat.completion",
    created: Math.floor(run.createdAt.getTime() / 1000),
    model: body.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: answer.content === "" && clientCalls.length > 0 ? null : answer.content,
          refusal: answer.refusal,
          ...calls,
        },
        logprobs: answer.logprobs ?? null,
        finish_reason: finishReason,
      },
    ],
    usage,
    conversation_id: run.conversationId,
    messages: [...added, ...messages],
    tool_executions: executions.map(executionView),
    // OpenAI's metadata is text to text; strict clients reject anything else.
    metadata: {
      conversation_id: run.conversationId,
      run_id: run.id,
      stop_reason: stopReason,
      trace_id: run.traceId,
      memory_status: outcome.memory.status,
      memory_hits: String(outcome.memory.hits),
    },
  };
}
