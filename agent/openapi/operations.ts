import { z } from "zod";
import { agentRequest } from "../http/agent-request.ts";
import { chatRequest } from "../http/chat-request.ts";
import {
  conversation,
  conversationExport,
  conversationList,
  deletedConversation,
  health,
  liveness,
  model,
  modelList,
  readiness,
} from "./answers.ts";
import { listQuery, messagesQuery } from "../http/conversations-route.ts";
import { type Operation, operation, runErrors } from "./operation.ts";
import { agentAnswer, chatCompletion } from "./run-answers.ts";

const modelPath = z.object({ id: z.string().min(1).max(256) });
const conversationPath = z.object({ id: z.uuid() });
const runHeaders = z.object({
  "Idempotency-Key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .meta({ description: "The same key and request get the same answer, for a day." }),
});
/** All that can be done with a conversation, whose id is there. */
const conversationAt = (id: string) => ({
  getConversation: id,
  exportConversation: id,
  deleteConversation: id,
});
const unready = "Not ready for requests.";

/** Every route of the agent; a test compares this list with the routes that Fastify has. */
export const operations: readonly Operation[] = [
  operation("post", "/v1/agent", {
    id: "runAgent",
    summary: "Answers a prompt within a conversation that the agent keeps.",
    tag: "agent",
    body: agentRequest.meta({ id: "AgentRequest" }),
    headers: runHeaders,
    answer: agentAnswer,
    event: "AgentEvent",
    errors: runErrors,
    next: conversationAt("$response.header.x-conversation-id"),
  }),
  operation("post", "/v1/chat/completions", {
    id: "createChatCompletion",
    summary:
      "OpenAI's chat completions; the request's messages are the whole conversation, and without a conversation_id they begin a new one.",
    tag: "OpenAI",
    body: chatRequest.meta({ id: "ChatRequest" }),
    headers: runHeaders,
    answer: chatCompletion,
    event: "ChatCompletionChunk",
    errors: runErrors,
    next: conversationAt("$response.header.x-conversation-id"),
  }),
  operation("get", "/v1/models", {
    id: "listModels",
    summary: "The names that the agent answers to.",
    tag: "OpenAI",
    answer: modelList,
    next: { retrieveModel: "$response.body#/data/0/id" },
  }),
  operation("get", "/v1/models/{id}", {
    id: "retrieveModel",
    summary: "One of them.",
    tag: "OpenAI",
    path: modelPath,
    answer: model,
    errors: [404, 414],
  }),
  operation("get", "/v1/conversations", {
    id: "listConversations",
    summary:
      "The conversations of the caller's key and of every user whom it named, the last used first.",
    tag: "conversations",
    query: listQuery,
    answer: conversationList,
    errors: [400, 503],
    next: conversationAt("$response.body#/last_id"),
  }),
  operation("get", "/v1/conversations/{id}", {
    id: "getConversation",
    summary: "A conversation of the caller's, with its messages.",
    tag: "conversations",
    path: conversationPath,
    query: messagesQuery,
    answer: conversation,
    errors: [400, 404, 414, 503],
    next: conversationAt("$response.body#/id"),
  }),
  operation("get", "/v1/conversations/{id}/export", {
    id: "exportConversation",
    summary: "All that is kept of a conversation, as one document.",
    tag: "conversations",
    path: conversationPath,
    answer: conversationExport,
    errors: [404, 414, 503],
  }),
  operation("delete", "/v1/conversations/{id}", {
    id: "deleteConversation",
    summary: "Deletes a conversation, what is remembered of it, its kept answers and its traces.",
    tag: "conversations",
    path: conversationPath,
    answer: deletedConversation,
    errors: [404, 414, 503],
    next: conversationAt("$response.body#/id"),
  }),
  operation("get", "/livez", {
    id: "liveness",
    summary: "Whether the process answers.",
    tag: "health",
    open: true,
    answer: liveness,
  }),
  operation("get", "/readyz", {
    id: "readiness",
    summary: "Whether requests can be answered: Postgres is there, and the agent is not stopping.",
    tag: "health",
    open: true,
    answer: readiness,
    others: { 503: { description: unready, content: json(readiness) } },
  }),
  operation("get", "/healthz", {
    id: "health",
    summary:
      "How the agent is, and whether each service that it works with answers it now: LiteLLM with the agent's models among its own, Qdrant under the agent's key, SearXNG in JSON. The models themselves are not asked.",
    tag: "health",
    open: true,
    answer: health,
    others: { 503: { description: unready, content: json(health) } },
  }),
  operation("get", "/metrics", {
    id: "metrics",
    summary: "For Prometheus.",
    tag: "health",
    answer: z.string(),
    answerType: "text/plain",
  }),
  operation("get", "/openapi.json", {
    id: "openapi",
    summary: "This document.",
    tag: "health",
    open: true,
    answer: z.looseObject({ openapi: z.string() }),
  }),
];

function json(schema: z.ZodType) {
  return { "application/json": { schema } };
}
