import { ApiError } from "../errors/api-error.ts";
import type { Embedder, VectorStore } from "../ports/memory.ts";
import type { Model, SearchService } from "../ports/ports.ts";
import { type Breaker, BreakerOpenError } from "./breaker.ts";

// The same services, each behind its breaker.

export function guardedVectors(vectors: VectorStore, breaker: Breaker): VectorStore {
  return {
    search: (...args) => breaker.run(() => vectors.search(...args)),
    upsert: (...args) => breaker.run(() => vectors.upsert(...args)),
    removeMessages: (...args) => breaker.run(() => vectors.removeMessages(...args)),
    // Somebody waits for a deletion and is told; it is always tried.
    removeConversation: (...args) => vectors.removeConversation(...args),
  };
}

export function guardedEmbedder(embedder: Embedder, breaker: Breaker): Embedder {
  return {
    model: embedder.model,
    embed: (...args) => breaker.run(() => embedder.embed(...args)),
  };
}

export function guardedSearch(search: SearchService, breaker: Breaker): SearchService {
  return { search: (...args) => breaker.run(() => search.search(...args)) };
}

/** A turn's first chunk decides: from then on the server is there. */
export function guardedModel(model: Model, breaker: Breaker): Model {
  return {
    ping: (signal) => model.ping(signal),
    async *stream(request, context) {
      const chunks = model.stream(request, context)[Symbol.asyncIterator]();
      try {
        let step = await breaker.run(() => chunks.next()).catch(asUnavailable);
        while (!step.done) {
          yield step.value;
          step = await chunks.next();
        }
      } finally {
        await chunks.return?.();
      }
    },
  };
}

/**
 * Only a server that is away, or silent, says something about the next call. What one request can bring
 * about must not open the breaker for everybody: a proxy's 500, an answer that is too large or empty.
 */
export function isModelsOwnAnswer(error: unknown): boolean {
  if (!(error instanceof ApiError)) return true;
  if (error.code === "upstream_timeout") return false;
  const { status } = (error.cause ?? {}) as { readonly status?: unknown };
  return error.code !== "upstream" || status === 500;
}

function asUnavailable(cause: unknown): never {
  if (!(cause instanceof BreakerOpenError)) throw cause;
  throw new ApiError(503, "The model server fails; it is not asked just now.", {
    code: "upstream_unavailable",
    retryAfterSeconds: 15,
    cause,
  });
}
