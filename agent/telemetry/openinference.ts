import type { Attributes } from "@opentelemetry/api";
import type {
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { Turn } from "../loop/turn.ts";
import type { MemoryHit } from "../memory/memory.ts";
import type { ModelRequest } from "../ports.ts";

// OpenInference's attributes of what the agent does; pure, so that a span can be told of in a test.

/** A long conversation is told of by its end, in characters of content. */
const messageCharacters = 200_000;

export function llmRequest(request: ModelRequest): Attributes {
  const { model, messages, tools = [], ...parameters } = request;
  const told = lastMessages(messages);
  return {
    "llm.model_name": model,
    "llm.provider": "litellm",
    "llm.invocation_parameters": JSON.stringify({ model, ...parameters }),
    "input.value": textOf(told.at(-1)?.content),
    ...messageAttributes("llm.input_messages", told),
    ...Object.fromEntries(
      tools.map((tool, index) => [`llm.tools.${index}.tool.json_schema`, JSON.stringify(tool)]),
    ),
  };
}

/** A turn that broke off has no reason to end. */
export function llmResponse(turn: Turn, { isWhole }: { readonly isWhole: boolean }): Attributes {
  const { content, calls, refusal, finishReason, usage } = turn;
  return {
    ...(isWhole && { "llm.finish_reason": finishReason }),
    "output.value": content || (calls.length > 0 ? JSON.stringify(calls) : (refusal ?? "")),
    ...messageAttributes("llm.output_messages", [
      { role: "assistant", content: content || refusal, tool_calls: [...calls] },
    ]),
    ...(usage && {
      "llm.token_count.prompt": usage.prompt_tokens,
      "llm.token_count.completion": usage.completion_tokens,
      "llm.token_count.total": usage.total_tokens,
    }),
  };
}

export function toolCall(
  tool: { readonly name: string; readonly description: string },
  callId: string,
  input: unknown,
): Attributes {
  const parameters = JSON.stringify(input);
  return {
    "tool.name": tool.name,
    "tool.description": tool.description,
    "tool.id": callId,
    "tool.parameters": parameters,
    "input.value": parameters,
    "input.mime_type": "application/json",
  };
}

export function recalledDocuments(hits: readonly MemoryHit[]): Attributes {
  const entries = hits.flatMap((hit, index): [string, string | number][] => {
    const at = `retrieval.documents.${index}.document`;
    const { conversationId, messageId, role, createdAt } = hit;
    return [
      [`${at}.id`, hit.id],
      [`${at}.content`, hit.text],
      [`${at}.score`, hit.score],
      [`${at}.metadata`, JSON.stringify({ conversationId, messageId, role, createdAt })],
    ];
  });
  return Object.fromEntries(entries);
}

export function embeddedTexts(model: string, texts: readonly string[]): Attributes {
  const entries = texts.map((text, index) => [
    `embedding.embeddings.${index}.embedding.text`,
    text,
  ]);
  return { "embedding.model_name": model, ...(Object.fromEntries(entries) as Attributes) };
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
    ...messages.map((message, index) => oneMessage(`${prefix}.${index}.message`, message)),
  ) as Attributes;
}

function oneMessage(prefix: string, message: ChatCompletionMessageParam): Attributes {
  const { role, content } = message;
  const calls = "tool_calls" in message ? (message.tool_calls ?? []) : [];
  return {
    [`${prefix}.role`]: role,
    ...(typeof content === "string" && { [`${prefix}.content`]: content }),
    ...(Array.isArray(content) &&
      contentParts(`${prefix}.contents`, content as readonly ChatCompletionContentPart[])),
    ...("tool_call_id" in message && { [`${prefix}.tool_call_id`]: message.tool_call_id }),
    ...(Object.assign(
      {},
      ...calls.map((call, index) => {
        const at = `${prefix}.tool_calls.${index}.tool_call`;
        return call.type !== "function"
          ? { [`${at}.id`]: call.id }
          : {
              [`${at}.id`]: call.id,
              [`${at}.function.name`]: call.function.name,
              [`${at}.function.arguments`]: call.function.arguments,
            };
      }),
    ) as Attributes),
  };
}

function contentParts(prefix: string, parts: readonly ChatCompletionContentPart[]): Attributes {
  const entries = parts.flatMap((part, index): [string, string][] => {
    const at = `${prefix}.${index}.message_content`;
    if (part.type === "text") {
      return [
        [`${at}.type`, "text"],
        [`${at}.text`, part.text],
      ];
    }
    if (part.type !== "image_url") return [[`${at}.type`, part.type]];
    return [
      [`${at}.type`, "image"],
      [`${at}.image.image.url`, part.image_url.url],
    ];
  });
  return Object.fromEntries(entries);
}
