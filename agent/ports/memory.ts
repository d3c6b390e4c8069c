import type { TraceSpan } from "../telemetry/trace-span.ts";

/** Where a search may look: in one conversation, or in all of its user's. Never in another user's. */
export type MemoryScope =
  | { readonly userId: string; readonly conversationId: string }
  | { readonly userId: string; readonly everywhere: true };

export interface MemoryHit {
  readonly id: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly role: string;
  readonly text: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Cosine similarity, 1 the nearest. */
  readonly score: number;
}

export interface Recollection {
  /** `degraded`: memory could not be asked, and the run goes on without it. */
  readonly status: "ok" | "degraded" | "disabled";
  readonly hits: readonly MemoryHit[];
}

/** One piece of a message, as it is in the vector store. */
export interface MemoryPoint {
  readonly id: string;
  readonly vector: readonly number[];
  readonly payload: MemoryPayload;
}

export interface MemoryPayload {
  readonly user_id: string;
  readonly conversation_id: string;
  readonly message_id: string;
  readonly role: string;
  readonly text: string;
  readonly created_at: string;
  readonly embedding_model: string;
}

export interface VectorStore {
  /** The nearest points, best first; it has no way to look beyond the scope. */
  search(
    vector: readonly number[],
    scope: MemoryScope,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly MemoryHit[]>;
  /** Resolves when the points outlive a crash. */
  upsert(points: readonly MemoryPoint[], signal: AbortSignal): Promise<void>;
  removeMessages(messageIds: readonly string[], signal: AbortSignal): Promise<void>;
  removeConversation(
    scope: { readonly userId: string; readonly conversationId: string },
    signal: AbortSignal,
  ): Promise<void>;
}

/** A text, or the tokens of one: LiteLLM makes a text of them where the model's server takes none. */
export type EmbeddingInput = string | readonly number[];

export interface Embedder {
  readonly model: string;
  /** A vector for each text, in their order. */
  embed(
    texts: readonly EmbeddingInput[],
    context: EmbedContext,
  ): Promise<readonly (readonly number[])[]>;
}

export interface EmbedContext {
  readonly signal: AbortSignal;
  /** The span that the request belongs to. */
  readonly span: TraceSpan;
  /** Told of what each request was counted as, where its server says so. */
  readonly onTokens?: ((tokens: number) => void) | undefined;
}
