import { setTimeout as delay } from "node:timers/promises";
import { ensureSchema, qdrantClient, type SchemaResult } from "../adapters/qdrant-schema.ts";
import type { ParsedEnvironment } from "../contract/environment.ts";
import { memorySchema } from "../contract/memory-schema.ts";
import type { Embedder } from "../ports/memory.ts";
import type { Tracing } from "../telemetry/trace-span.ts";

const embeddingTimeoutMs = 30_000;
const pauseMs = 5000;

/**
 * Creates what is missing of memory's collection, as soon as Qdrant and the embeddings are there.
 * Undefined when the agent stops first. Never rejects.
 */
export async function prepareMemory(
  environment: ParsedEnvironment,
  embedder: Embedder,
  tracing: Tracing,
  stopping: AbortSignal,
): Promise<SchemaResult | undefined> {
  const client = qdrantClient(environment.QDRANT_URL, environment.QDRANT_API_KEY);
  while (!stopping.aborted) {
    try {
      const span = tracing.open("CHAIN", "memory.prepare");
      const signal = AbortSignal.any([stopping, AbortSignal.timeout(embeddingTimeoutMs)]);
      const [vector = []] = await embedder.embed(["dimension"], { signal, span }).finally(() => {
        span.end();
      });
      const schema = memorySchema({
        alias: environment.QDRANT_COLLECTION,
        embeddingModel: environment.EMBEDDING_MODEL,
        dimension: vector.length,
      });
      return await ensureSchema(client, schema);
    } catch {
      await delay(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
    }
  }
  return undefined;
}
