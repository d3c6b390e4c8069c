import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { litellmEmbeddings } from "../adapters/litellm-embeddings.ts";
import { ensureSchema, qdrantClient, type SchemaResult } from "../adapters/qdrant-schema.ts";
import type { ParsedEnvironment } from "../contract/environment.ts";
import { memorySchema } from "../contract/memory-schema.ts";
import { embedInParts } from "../memory/embed-in-parts.ts";
import { redactionOf } from "../startup/agent-settings.ts";
import { startTracing } from "../telemetry/start-tracing.ts";
import { isWorthWaiting } from "./is-worth-waiting.ts";
import { pruneCollections, type Recreated, recreateCollection } from "./recreate.ts";
import { rememberedMessages } from "./remembered-messages.ts";

export interface EnsureOptions {
  /** Makes the collection again from Postgres, even where nothing differs. */
  readonly recreate: boolean;
  /** Removes what earlier recreations left. */
  readonly prune: boolean;
  /** Changes nothing, and says what would be. */
  readonly dryRun: boolean;
  /** Aborted when nobody waits for it any more. */
  readonly signal?: AbortSignal | undefined;
}

export type EnsureResult = (SchemaResult | Recreated) & {
  readonly dry_run?: true;
  readonly pruned?: readonly string[];
};

const patienceMs = 60_000;
const embeddingTimeoutMs = 60_000;

export async function ensureMemorySchema(
  environment: ParsedEnvironment,
  pool: pg.Pool,
  { recreate, prune, dryRun, signal }: EnsureOptions,
): Promise<EnsureResult> {
  const client = qdrantClient(environment.QDRANT_URL, environment.QDRANT_API_KEY);
  const embed = embedding(environment, signal);
  // From a real embedding: what the model says, not what somebody wrote down.
  const [vector = []] = await patiently(() => embed(["dimension"]), signal);
  const schema = memorySchema({
    alias: environment.QDRANT_COLLECTION,
    embeddingModel: environment.EMBEDDING_MODEL,
    dimension: vector.length,
  });
  if (dryRun) {
    const found = await patiently(() => ensureSchema(client, schema, { dryRun }), signal);
    return { ...found, dry_run: true };
  }
  const result = recreate
    ? await recreateCollection(
        {
          client,
          embed,
          signal,
          messages: rememberedMessages(pool),
          embeddingModel: environment.EMBEDDING_MODEL,
        },
        schema,
      )
    : await patiently(() => ensureSchema(client, schema), signal);
  if (!prune || result.status === "different") return result;
  return { ...result, pruned: await pruneCollections(client, schema.alias) };
}

function embedding(environment: ParsedEnvironment, stop: AbortSignal | undefined) {
  const embedder = litellmEmbeddings({
    baseUrl: environment.LITELLM_BASE_URL,
    apiKey: environment.LITELLM_API_KEY,
    model: environment.EMBEDDING_MODEL,
  });
  const tracing = startTracing({
    collectorUrl: undefined,
    project: environment.PHOENIX_PROJECT,
    redaction: redactionOf(environment),
  });
  return (texts: readonly string[]) =>
    embedInParts(embedder, texts, () => ({
      signal: AbortSignal.any([...(stop ? [stop] : []), AbortSignal.timeout(embeddingTimeoutMs)]),
      span: tracing.open("CHAIN", "maintenance"),
    }));
}

/** Services may still be starting. */
async function patiently<T>(action: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (signal?.aborted || Date.now() > deadline || !isWorthWaiting(error)) throw error;
      await delay(500);
    }
  }
}
