import type {
  EmbedContext,
  Embedder,
  MemoryHit,
  MemoryPoint,
  MemoryScope,
  VectorStore,
} from "../../agent/ports/memory.ts";
import { RefusedInput } from "../../agent/errors/refused-input.ts";
import type { Outbox, OutboxEntry } from "../../agent/ports/outbox.ts";

/** A vector store in memory, by the rules of the real one: nothing is found beyond the scope. */
export class InMemoryVectors implements VectorStore {
  readonly points = new Map<string, MemoryPoint>();
  isUp = true;
  /** Points that it would refuse each time. */
  refuses: (point: MemoryPoint) => boolean = () => false;
  refusesSearches = false;
  /** Resolves when the store may answer; for a store that is slow. */
  ready: Promise<void> = Promise.resolve();

  async search(
    vector: readonly number[],
    scope: MemoryScope,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly MemoryHit[]> {
    await this.#answer(signal);
    if (this.refusesSearches) throw new RefusedInput("Qdrant answered 400.", 400);
    return [...this.points.values()]
      .filter(({ payload }) => isWithin(payload, scope))
      .map((point) => ({ point, score: dot(vector, point.vector) }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, limit)
      .map(({ point: { id, payload }, score }) => ({
        id,
        score,
        conversationId: payload.conversation_id,
        messageId: payload.message_id,
        role: payload.role,
        text: payload.text,
        createdAt: payload.created_at,
      }));
  }

  async upsert(points: readonly MemoryPoint[], signal: AbortSignal): Promise<void> {
    await this.#answer(signal);
    if (points.some(this.refuses)) throw new RefusedInput("Qdrant answered 400.", 400);
    for (const point of points) this.points.set(point.id, point);
  }

  async removeMessages(messageIds: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#answer(signal);
    for (const [id, { payload }] of this.points) {
      if (messageIds.includes(payload.message_id)) this.points.delete(id);
    }
  }

  async removeConversation(
    scope: { readonly userId: string; readonly conversationId: string },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#answer(signal);
    for (const [id, { payload }] of this.points) {
      if (isWithin(payload, scope)) this.points.delete(id);
    }
  }

  async #answer(signal: AbortSignal): Promise<void> {
    const left = new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        reject(signal.reason as Error);
      });
    });
    await Promise.race([this.ready, left]);
    if (!this.isUp) throw new Error("down");
  }
}

function isWithin(payload: MemoryPoint["payload"], scope: MemoryScope): boolean {
  if (payload.user_id !== scope.userId) return false;
  return "everywhere" in scope || payload.conversation_id === scope.conversationId;
}

/** Counts letters: texts of the same words lie near each other. */
export const letterEmbedder: Embedder = {
  model: "letters",
  embed: (texts) => Promise.resolve(texts.map((text) => letters(String(text)))),
};

/** The same, and keeps what it was asked. */
export class RecordingEmbedder implements Embedder {
  readonly model = letterEmbedder.model;
  readonly requests: (readonly string[])[] = [];
  readonly signals: AbortSignal[] = [];

  embed(texts: readonly string[], context: EmbedContext): Promise<readonly (readonly number[])[]> {
    this.requests.push(texts);
    this.signals.push(context.signal);
    return letterEmbedder.embed(texts, context);
  }
}

function letters(text: string): number[] {
  const counts = Array.from({ length: 26 }, () => 0);
  for (const letter of text.toLowerCase()) {
    const index = letter.charCodeAt(0) - 97;
    if (index >= 0 && index < 26) counts[index] = (counts[index] ?? 0) + 1;
  }
  const length = Math.hypot(...counts) || 1;
  return counts.map((count) => count / length);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

/** An outbox in memory; what is postponed is due again at once. */
export class InMemoryOutbox implements Outbox {
  readonly due: OutboxEntry[] = [];
  readonly deleted = new Set<string>();
  readonly reasons: string[] = [];

  claim(limit: number): Promise<readonly OutboxEntry[]> {
    return Promise.resolve(this.due.splice(0, limit));
  }

  complete(entries: readonly OutboxEntry[]): Promise<readonly string[]> {
    return Promise.resolve(
      entries.map(({ messageId }) => messageId).filter((id) => this.deleted.has(id)),
    );
  }

  postpone(entries: readonly OutboxEntry[], reason: string): Promise<void> {
    this.due.push(...entries);
    this.reasons.push(reason);
    return Promise.resolve();
  }

  depth(): Promise<number> {
    return Promise.resolve(this.due.length);
  }
}
