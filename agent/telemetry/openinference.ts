import {
  DOCUMENT_CONTENT,
  DOCUMENT_ID,
  DOCUMENT_METADATA,
  DOCUMENT_SCORE,
  EMBEDDING_EMBEDDINGS,
  EMBEDDING_MODEL_NAME,
  EMBEDDING_TEXT,
  IMAGE_URL,
  INPUT_MIME_TYPE,
  INPUT_VALUE,
  LLM_FINISH_REASON,
  LLM_INPUT_MESSAGES,
  LLM_INVOCATION_PARAMETERS,
  LLM_MODEL_NAME,
  LLM_OUTPUT_MESSAGES,
  LLM_PROVIDER,
  LLM_TOOLS,
  MESSAGE_CONTENT,
  MESSAGE_CONTENTS,
  MESSAGE_CONTENT_IMAGE,
  MESSAGE_CONTENT_TEXT,
  MESSAGE_CONTENT_TYPE,
  MESSAGE_ROLE,
  MESSAGE_TOOL_CALLS,
  MESSAGE_TOOL_CALL_ID,
  OUTPUT_VALUE,
  RETRIEVAL_DOCUMENTS,
  TOOL_CALL_FUNCTION_ARGUMENTS_JSON,
  TOOL_CALL_FUNCTION_NAME,
  TOOL_CALL_ID,
  TOOL_DESCRIPTION,
  TOOL_ID,
  TOOL_JSON_SCHEMA,
  TOOL_NAME,
  TOOL_PARAMETERS,
} from "@arizeai/openinference-semantic-conventions";
import type { Attributes } from "@opentelemetry/api";
import type {
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { stateOf } from "../loop/provider-state.ts";
import type { Turn } from "../loop/turn.ts";
import type { EmbeddingInput, MemoryHit } from "../ports/memory.ts";
import type { ModelRequest } from "../ports/ports.ts";

// OpenInference's attributes of what the agent does; pure, so that a span can be told of in a test.

/** A long conversation is told of by its end, in characters of content. */
const messageCharacters = 200_000;

export function llmRequest(request: ModelRequest): Attributes {
  const { model, messages, tools = [], ...parameters } = request;
  const told = lastMessages(messages);
  return {
    [LLM_MODEL_NAME]: model,
    [LLM_PROVIDER]: "litellm",
    [LLM_INVOCATION_PARAMETERS]: JSON.stringify({ model, ...parameters }),
    [INPUT_VALUE]: textOf(told.at(-1)?.content),
    ...messageAttributes(LLM_INPUT_MESSAGES, told),
    ...Object.fromEntries(
      tools.map((tool, index) => [
        `${LLM_TOOLS}.${index}.${TOOL_JSON_SCHEMA}`,
        JSON.stringify(tool),
      ]),
    ),
  };
}

/**
 * A turn that broke off has no reason to end. Its tokens are told of by LiteLLM's span below it, which knows
 * the model's real name and so its price: Phoenix adds up all that it is told.
 */
export function llmResponse(turn: Turn, { isWhole }: { readonly isWhole: boolean }): Attributes {
  const { content, calls, refusal, finishReason, state, answeredBy } = turn;
  return {
    // In the place of the name that was asked for.
    ...(answeredBy !== undefined && { [LLM_MODEL_NAME]: answeredBy }),
    ...(isWhole && { [LLM_FINISH_REASON]: finishReason }),
    [OUTPUT_VALUE]: content || (calls.length > 0 ? JSON.stringify(calls) : (refusal ?? "")),
    ...messageAttributes(LLM_OUTPUT_MESSAGES, [
      { role: "assistant", content: content || refusal, ...state, tool_calls: [...calls] },
    ]),
  };
}

export function toolCall(
  tool: { readonly name: string; readonly description: string },
  callId: string,
  input: unknown,
): Attributes {
  const parameters = JSON.stringify(input);
  return {
    [TOOL_NAME]: tool.name,
    [TOOL_DESCRIPTION]: tool.description,
    [TOOL_ID]: callId,
    [TOOL_PARAMETERS]: parameters,
    [INPUT_VALUE]: parameters,
    [INPUT_MIME_TYPE]: "application/json",
  };
}

export function recalledDocuments(hits: readonly MemoryHit[]): Attributes {
  const entries = hits.flatMap((hit, index): [string, string | number][] => {
    const at = `${RETRIEVAL_DOCUMENTS}.${index}`;
    const { conversationId, messageId, role, createdAt } = hit;
    return [
      [`${at}.${DOCUMENT_ID}`, hit.id],
      [`${at}.${DOCUMENT_CONTENT}`, hit.text],
      [`${at}.${DOCUMENT_SCORE}`, hit.score],
      [
        `${at}.${DOCUMENT_METADATA}`,
        JSON.stringify({ conversationId, messageId, role, createdAt }),
      ],
    ];
  });
  return Object.fromEntries(entries);
}

export function embeddedTexts(model: string, texts: readonly EmbeddingInput[]): Attributes {
  const entries = texts.map((text, index) => [
    `${EMBEDDING_EMBEDDINGS}.${index}.${EMBEDDING_TEXT}`,
    typeof text === "string" ? text : `${text.length} tokens`,
  ]);
  return { [EMBEDDING_MODEL_NAME]: model, ...(Object.fromEntries(entries) as Attributes) };
}

/** The text of a message's content, whether it stands alone or in parts. */
export function textOf(content: ChatCompletionMessageParam["content"]): string {
  if (typeof content === "string") return content;
  // A part that calls itself text need not have any.
  const texts = (content ?? []).map((part): unknown => (part.type === "text" ? part.text : null));
  return texts.filter((text) => typeof text === "string").join("\n");
}

function lastMessages(
  messages: readonly ChatCompletionMessageParam[],
): readonly ChatCompletionMessageParam[] {
  let characters = 0;
  const tooFar = messages.findLastIndex((message) => {
    characters += JSON.stringify(message.content ?? "").length;
    return characters > messageCharacters;
  });
  // The last message is always told of; a span's own limit cuts it.
  return messages.slice(Math.min(tooFar + 1, messages.length - 1));
}

function messageAttributes(
  prefix: string,
  messages: readonly ChatCompletionMessageParam[],
): Attributes {
  return Object.assign(
    {},
    ...messages.map((message, index) => oneMessage(`${prefix}.${index}`, message)),
  ) as Attributes;
}

function oneMessage(prefix: string, message: ChatCompletionMessageParam): Attributes {
  const { role, content } = message;
  const calls = "tool_calls" in message ? (message.tool_calls ?? []) : [];
  return {
    [`${prefix}.${MESSAGE_ROLE}`]: role,
    ...(typeof content === "string" && { [`${prefix}.${MESSAGE_CONTENT}`]: content }),
    ...(Array.isArray(content) &&
      contentParts(
        `${prefix}.${MESSAGE_CONTENTS}`,
        content as readonly ChatCompletionContentPart[],
      )),
    ...reasoningPart(`${prefix}.${MESSAGE_CONTENTS}`, message),
    ...("tool_call_id" in message && {
      [`${prefix}.${MESSAGE_TOOL_CALL_ID}`]: message.tool_call_id,
    }),
    ...(Object.assign(
      {},
      ...calls.map((call, index) => {
        const at = `${prefix}.${MESSAGE_TOOL_CALLS}.${index}`;
        return call.type !== "function"
          ? { [`${at}.${TOOL_CALL_ID}`]: call.id }
          : {
              [`${at}.${TOOL_CALL_ID}`]: call.id,
              [`${at}.${TOOL_CALL_FUNCTION_NAME}`]: call.function.name,
              [`${at}.${TOOL_CALL_FUNCTION_ARGUMENTS_JSON}`]: call.function.arguments,
            };
      }),
    ) as Attributes),
  };
}

/** What the model thought is a part of its message, behind those that it said. */
function reasoningPart(prefix: string, message: ChatCompletionMessageParam): Attributes {
  const state = stateOf(message);
  const words = state?.reasoning_content ?? state?.reasoning;
  if (typeof words !== "string") return {};
  const at = `${prefix}.${Array.isArray(message.content) ? message.content.length : 0}`;
  return {
    [`${at}.${MESSAGE_CONTENT_TYPE}`]: "reasoning",
    [`${at}.${MESSAGE_CONTENT_TEXT}`]: words,
  };
}

function contentParts(prefix: string, parts: readonly ChatCompletionContentPart[]): Attributes {
  const entries = parts.flatMap((part, index): [string, string][] => {
    const at = `${prefix}.${index}`;
    if (part.type === "text") {
      return [
        [`${at}.${MESSAGE_CONTENT_TYPE}`, "text"],
        [`${at}.${MESSAGE_CONTENT_TEXT}`, part.text],
      ];
    }
    if (part.type !== "image_url") return [[`${at}.${MESSAGE_CONTENT_TYPE}`, part.type]];
    return [
      [`${at}.${MESSAGE_CONTENT_TYPE}`, "image"],
      [`${at}.${MESSAGE_CONTENT_IMAGE}.${IMAGE_URL}`, part.image_url.url],
    ];
  });
  return Object.fromEntries(entries);
}
