import type { FastifyRequest } from "fastify";
import { textOf } from "../telemetry/openinference.ts";
import { type Caller, trustedHeader } from "../http/caller.ts";
import { type ChatRequest, messagesOf } from "../http/chat-request.ts";
import type { RequestedRun } from "../runs/conversation-run.ts";
import type { AgentSettings, Dependencies } from "../dependencies.ts";

/**
 * Whether Open WebUI makes a request of its own kind: a title, tags, words to search for. Ours says so
 * in a header; any other is known by how it writes.
 */
export function isTask(request: FastifyRequest, caller: Caller, body: ChatRequest): boolean {
  if (trustedHeader(request, caller, "x-task") !== undefined) return true;
  const [only, ...others] = messagesOf(body);
  if (only?.role !== "user" || others.length > 0 || body.stream === true) return false;
  // The template for questions about documents starts the same way, and holds a person's question.
  return /^### Task:(?!\s*Respond to the user query)/.test(textOf(only.content));
}

/** A chat that Open WebUI itself does not keep. */
export function isTemporaryChat(request: FastifyRequest, caller: Caller): boolean {
  return /^(temporary|local):/.test(trustedHeader(request, caller, "x-openwebui-chat-id") ?? "");
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
        Promise.resolve({ conversationId: "", userId, hasEarlier: false, history: [] }),
      finish: () => Promise.resolve(),
    },
    settings: {
      ...dependencies.settings,
      memory: { ...dependencies.settings.memory, reach: "off" },
    },
  };
}
