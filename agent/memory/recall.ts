import { INPUT_VALUE } from "@arizeai/openinference-semantic-conventions";
import { recalledDocuments } from "../telemetry/openinference.ts";
import type { TraceSpan } from "../telemetry/trace-span.ts";
import type {
  Embedder,
  MemoryHit,
  MemoryScope,
  Recollection,
  VectorStore,
} from "../ports/memory.ts";

export interface Memory {
  /** Rejects when memory cannot be asked in time; for a caller who wants to know. */
  search(query: MemoryQuery, context: RecallContext): Promise<readonly MemoryHit[]>;
  /** The same for a run, which goes on without: only its own abort is thrown. */
  recall(query: MemoryQuery, context: RecallContext): Promise<Recollection>;
}

export interface MemoryQuery {
  readonly text: string;
  readonly scope: MemoryScope;
  readonly limit: number;
  /** Texts that the asker has before it anyway. */
  readonly known?: readonly string[];
}

export interface RecallContext {
  readonly signal: AbortSignal;
  readonly span: TraceSpan;
}

// Longer than this an embedding model reads only the beginning.
const queryCharacters = 1500;
const knownAtMost = 64;

export function vectorMemory(
  { vectors, embedder }: { readonly vectors: VectorStore; readonly embedder: Embedder },
  timeoutMs: number,
): Memory {
  async function search(query: MemoryQuery, context: RecallContext): Promise<readonly MemoryHit[]> {
    const text = query.text.trim().slice(0, queryCharacters);
    if (text === "") return [];
    const span = context.span.child("RETRIEVER", "memory.recall");
    span.set(() => ({ [INPUT_VALUE]: text }));
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const [vector = []] = await embedder.embed([text], { signal, span });
      const known = query.known ?? [];
      const limit = query.limit + Math.min(known.length, knownAtMost);
      const found = await vectors.search(vector, query.scope, limit, signal);
      const hits = found.filter((hit) => !isKnown(hit, known)).slice(0, query.limit);
      span.set(() => recalledDocuments(hits));
      return hits;
    } catch (error) {
      span.fail(error);
      throw error;
    } finally {
      span.end();
    }
  }
  return {
    search,
    async recall(query, context) {
      try {
        return { status: "ok", hits: await search(query, context) };
      } catch {
        // The span has the reason.
        context.signal.throwIfAborted();
        return { status: "degraded", hits: [] };
      }
    },
  };
}

/** A piece of a message that is in the prompt already would only be said twice. */
function isKnown(hit: MemoryHit, known: readonly string[]): boolean {
  return known.some((text) => text.includes(hit.text));
}
