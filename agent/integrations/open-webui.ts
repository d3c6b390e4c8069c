import type { FastifyRequest } from "fastify";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { textOf } from "../telemetry/openinference.ts";
import { type Caller, trustedHeader } from "../http/caller.ts";
import { type ChatRequest, messagesOf } from "../http/chat-request.ts";
import { type ClientTurn, root } from "../runs/client-turn.ts";
import type { RequestedRun } from "../runs/conversation-run.ts";
import { asAsked } from "./as-asked.ts";
import type { AgentSettings, Dependencies } from "../dependencies.ts";

/**
 * Whether Open WebUI makes a request of its own kind: a title, tags, words to search for. Ours says so
 * in a header; any other is known by how it writes.
 */
export function isTask(request: FastifyRequest, caller: Caller, body: ChatRequest): boolean {
  if (trustedHeader(request, caller, "x-task") !== undefined) return true;
  const [only, ...others] = messagesOf(body);
  if (only?.role !== "user" || others.length > 0 || body.stream === true) return false;
  // A question about documents may start the same way: its template is not what a person asked.
  return textOf(asAsked(only).content).startsWith("### Task:");
}

/** A chat that Open WebUI itself does not keep. */
export function isTemporaryChat(request: FastifyRequest, caller: Caller): boolean {
  return /^(temporary|local):/.test(trustedHeader(request, caller, "x-openwebui-chat-id") ?? "");
}

/**
 * Where Open WebUI keeps this turn, which ours says in headers; undefined where they are not there.
 *
 * It names no message before the first one, nor where it continues an answer that was cut.
 */
export function turnOf(
  request: FastifyRequest,
  caller: Caller,
  history: readonly ChatCompletionMessageParam[],
): ClientTurn | undefined {
  const question = trustedHeader(request, caller, "x-openwebui-user-message-id");
  if (question === undefined) return undefined;
  const isFirst = history.filter(({ role }) => role === "user").length === 1;
  const isNew = history.at(-1)?.role === "user";
  return {
    question,
    parent:
      trustedHeader(request, caller, "x-openwebui-user-message-parent-id") ??
      (isFirst && isNew ? root : undefined),
    answer: trustedHeader(request, caller, "x-openwebui-message-id"),
    history,
  };
}

/** The same request, for the model of tasks alone: a title needs no tools. */
export function asTask(requested: RequestedRun, settings: AgentSettings): RequestedRun {
  return {
    ...requested,
    source: "open-webui.task",
    metadata: {},
    model: settings.taskModel,
    request: (history) => ({
      ...requested.request(history),
      tools: [],
      clientTools: [],
      toolChoice: undefined,
      parallelToolCalls: undefined,
    }),
  };
}

/** For runs of which nothing is to stay: neither a conversation nor a memory. */
export function unrecorded(dependencies: Dependencies): Dependencies {
  return {
    ...dependencies,
    conversations: {
      ...dependencies.conversations,
      begin: ({ userId }) =>
        Promise.resolve({
          conversationId: "",
          userId,
          hasEarlier: false,
          history: [],
          superseded: [],
        }),
      finish: () => Promise.resolve(),
    },
    settings: {
      ...dependencies.settings,
      memory: { ...dependencies.settings.memory, reach: "off" },
    },
  };
}
