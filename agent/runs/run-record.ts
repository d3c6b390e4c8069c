import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { familyOf } from "../ownership.ts";
import type { ToolExecution } from "../loop/tool-execution.ts";
import type { ClientMessage, ClientTurn } from "./client-turn.ts";

export type Endpoint = "agent" | "chat.completions" | "responses";

/** `size_limit`: the model said more than it may. */
export type StopReason =
  "final" | "max_steps" | "loop_detected" | "deadline" | "client_tools" | "size_limit";

/** What is known of a run when it starts. */
export interface NewRun {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly traceId: string;
  readonly userId: string;
  readonly source: string;
  readonly conversation: ConversationKey;
  /** The messages that this request brings into the conversation. */
  readonly messages: readonly ChatCompletionMessageParam[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly remember: Remember | undefined;
  /** Where the client keeps this turn, where it says so. */
  readonly turn?: ClientTurn | undefined;
  /** How many earlier messages to load. */
  readonly historyMessages: number;
}

/** Ours, or the name that a trusted client has for its own conversation. */
export type ConversationKey = { readonly id: string } | { readonly externalId: string };

/** One text for each conversation of each key, or of each of a trusted client's users. */
export function conversationName(
  run: Pick<NewRun, "userId" | "source"> & { readonly conversation: ConversationKey },
): string {
  const { userId, source, conversation } = run;
  const own = "id" in conversation ? [conversation.id] : [source, conversation.externalId];
  return JSON.stringify([familyOf(userId), ...own]);
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  /** Where the provider says what kind of tokens these were. */
  readonly prompt_tokens_details?: PromptTokens | undefined;
  readonly completion_tokens_details?: CompletionTokens | undefined;
}

export type PromptTokens = Readonly<Partial<Record<(typeof promptTokenKinds)[number], number>>>;
export type CompletionTokens = Readonly<
  Partial<Record<(typeof completionTokenKinds)[number], number>>
>;

/** OpenAI's names, and those that LiteLLM has for Anthropic's cache. */
export const promptTokenKinds = [
  "cached_tokens",
  "cache_creation_tokens",
  "cache_write_tokens",
  "audio_tokens",
  "text_tokens",
  "image_tokens",
  "video_tokens",
] as const;
export const completionTokenKinds = [
  "reasoning_tokens",
  "audio_tokens",
  "text_tokens",
  "image_tokens",
  "accepted_prediction_tokens",
  "rejected_prediction_tokens",
] as const;

/** That a run's words are to be remembered, and below which span. */
export interface Remember {
  readonly traceparent: string;
}

/** How a run ended. */
export interface FinishedRun {
  readonly id: string;
  readonly conversationId: string;
  readonly status: "completed" | "requires_action" | "failed" | "cancelled";
  readonly finishReason?: string | undefined;
  readonly stopReason?: StopReason | undefined;
  readonly steps: number;
  readonly usage: Usage;
  /** The model that answered; where it is not known, the record keeps the one that was asked for. */
  readonly answeredBy?: string | undefined;
  readonly error?: { readonly type: string; readonly message: string } | undefined;
  readonly messages: readonly ChatCompletionMessageParam[];
  readonly executions: readonly ToolExecution[];
  readonly remember: Remember | undefined;
  /** What the client calls these messages. */
  readonly namedAs?: ClientMessage | undefined;
  /** What its endpoint keeps of it beside its messages; written with them, or not at all. */
  readonly response?: ResponseRecord | undefined;
}

/** A response of the Responses API as it is when its run has ended. */
export interface ResponseRecord {
  readonly status: "completed" | "incomplete" | "failed" | "cancelled";
  /** The response without its output. */
  readonly body: object;
  readonly output: readonly KeptItem[];
}

/** An item that went into a response or came out of it; two may have the same id. */
export interface KeptItem {
  readonly id: string;
  readonly type: string;
}

export interface StoredConversation {
  readonly id: string;
  /** Whom the requests of a key named as its user; null: nobody. */
  readonly user: string | null;
  readonly source: string;
  readonly title: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly created_at: string;
  readonly updated_at: string;
  readonly messages: readonly (ChatCompletionMessageParam & {
    readonly id: string;
    readonly run_id: string | null;
    readonly created_at: string;
    /** Since when the client's history has it no more; null: it has. */
    readonly superseded_at: string | null;
  })[];
  /** Whether there are messages after these. */
  readonly has_more: boolean;
}
