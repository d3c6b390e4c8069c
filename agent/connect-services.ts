import { type Breaker, breaker } from "./adapters/breaker.ts";
import {
  guardedEmbedder,
  guardedModel,
  guardedSearch,
  guardedVectors,
  isModelsOwnAnswer,
} from "./adapters/guarded.ts";
import { phoenixTraces } from "./adapters/phoenix-traces.ts";
import { litellmEmbeddings } from "./adapters/litellm-embeddings.ts";
import { litellmModel } from "./adapters/litellm-model.ts";
import { isOwnAnswer } from "./adapters/neighbour-answer.ts";
import { qdrantMemory } from "./adapters/qdrant-memory.ts";
import { noSearchService, searxng } from "./adapters/searxng.ts";
import type { ParsedEnvironment } from "./contract/environment.ts";
import { noTraceStore, type TraceStore } from "./erasure/erasures.ts";
import type { Embedder, VectorStore } from "./memory/memory.ts";
import type { Model, SearchService } from "./ports.ts";
import type { Dependencies } from "./routes/dependencies.ts";

/** The services beside the agent, each behind a breaker of its own. */
export interface ConnectedServices {
  readonly model: Model;
  readonly search: SearchService;
  readonly vectors: VectorStore;
  readonly embedder: Embedder;
  readonly traces: TraceStore;
  /** How each is asked whether it is there. */
  readonly neighbours: Dependencies["neighbours"];
}

export function connectServices(environment: ParsedEnvironment): ConnectedServices {
  const breakerFor = (service: string, isHarmless = isOwnAnswer): Breaker =>
    breaker({
      service,
      isHarmless,
      failures: environment.AGENT_BREAKER_FAILURES,
      openMs: environment.AGENT_BREAKER_SECONDS * 1000,
    });
  const litellm = {
    baseUrl: environment.LITELLM_BASE_URL,
    apiKey: environment.LITELLM_API_KEY,
  };
  const model = guardedModel(
    litellmModel({
      ...litellm,
      firstTokenTimeoutMs: environment.AGENT_FIRST_TOKEN_TIMEOUT_SECONDS * 1000,
      idleTimeoutMs: environment.AGENT_IDLE_TIMEOUT_SECONDS * 1000,
      turnCharacters: environment.AGENT_TURN_CHARACTERS,
    }),
    breakerFor("The model server", isModelsOwnAnswer),
  );
  const qdrant = qdrantMemory({
    url: environment.QDRANT_URL,
    apiKey: environment.QDRANT_API_KEY,
    alias: environment.QDRANT_COLLECTION,
  });
  return {
    model,
    search: environment.SEARXNG_URL
      ? guardedSearch(searxng(environment.SEARXNG_URL), breakerFor("The search service"))
      : noSearchService,
    vectors: guardedVectors(qdrant, breakerFor("Qdrant")),
    embedder: guardedEmbedder(
      litellmEmbeddings({ ...litellm, model: environment.EMBEDDING_MODEL }),
      breakerFor("The embedding service"),
    ),
    traces: environment.PHOENIX_URL
      ? phoenixTraces(environment.PHOENIX_URL, environment.PHOENIX_PROJECT)
      : noTraceStore,
    neighbours: {
      litellm: (signal) => model.ping(signal),
      qdrant: answers(environment.QDRANT_URL, "/readyz"),
      ...(environment.SEARXNG_URL && { searxng: answers(environment.SEARXNG_URL, "/healthz") }),
      ...(environment.PHOENIX_URL && { phoenix: answers(environment.PHOENIX_URL, "/readyz") }),
    },
  };
}

function answers(base: string, path: string) {
  return async (signal: AbortSignal): Promise<void> => {
    const response = await fetch(`${base}${path}`, { signal });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`${base}${path} answered ${response.status}.`);
  };
}
