import type { Logger } from "pino";
import type { Answering } from "../adapters/answering-model.ts";
import { type Breaker, breaker } from "../adapters/breaker.ts";
import {
  guardedEmbedder,
  guardedModel,
  guardedSearch,
  guardedVectors,
  isModelsOwnAnswer,
} from "../adapters/guarded.ts";
import { phoenixTraces } from "../adapters/phoenix-traces.ts";
import { litellmCatalogue } from "../adapters/litellm-catalogue.ts";
import { litellmEmbeddings } from "../adapters/litellm-embeddings.ts";
import { litellmModel } from "../adapters/litellm-model.ts";
import { isOwnAnswer } from "../adapters/neighbour-answer.ts";
import { qdrantMemory } from "../adapters/qdrant-memory.ts";
import { noSearchService, searxng } from "../adapters/searxng.ts";
import type { ParsedEnvironment } from "../contract/environment.ts";
import { noTraceStore, type TraceStore } from "../ports/erasures.ts";
import type { Embedder, VectorStore } from "../ports/memory.ts";
import type { ModelCatalogue } from "../ports/model-catalogue.ts";
import type { Model, SearchService } from "../ports/ports.ts";
import type { Dependencies } from "../dependencies.ts";

/** The services beside the agent, each behind its own breaker. */
export interface ConnectedServices {
  readonly model: Model;
  readonly search: SearchService;
  readonly vectors: VectorStore;
  readonly embedder: Embedder;
  readonly catalogue: ModelCatalogue;
  readonly traces: TraceStore;
  /** How each is asked whether it is there. */
  readonly neighbours: Dependencies["neighbours"];
}

export function connectServices(
  environment: ParsedEnvironment,
  logger: Pick<Logger, "info" | "warn">,
): ConnectedServices {
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
      onAnswer: fallbackWatch(logger),
      names: [environment.AGENT_MODEL, environment.EMBEDDING_MODEL],
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
    catalogue: litellmCatalogue(litellm),
    traces: environment.PHOENIX_URL
      ? phoenixTraces(environment.PHOENIX_URL, environment.PHOENIX_PROJECT)
      : noTraceStore,
    neighbours: neighboursOf(environment, model),
  };
}

/** Says when a fallback begins to answer, and when it no longer does: not with each answer. */
export function fallbackWatch(
  logger: Pick<Logger, "info" | "warn">,
): (answering: Answering) => void {
  let stoodIn = false;
  return ({ model, isFallback }) => {
    if (isFallback === stoodIn) return;
    stoodIn = isFallback;
    if (isFallback) logger.warn({ model }, "a fallback answers: the model that is asked for fails");
    else logger.info({ model }, "the model that is asked for answers again");
  };
}

/** Each is asked for what the agent needs of it, at no cost; what is behind LiteLLM would have one. */
export function neighboursOf(
  environment: ParsedEnvironment,
  model: Pick<Model, "ping">,
): ConnectedServices["neighbours"] {
  const { QDRANT_URL, QDRANT_API_KEY, QDRANT_COLLECTION, SEARXNG_URL, PHOENIX_URL } = environment;
  const collection = `/collections/${encodeURIComponent(QDRANT_COLLECTION)}/exists`;
  return {
    litellm: (signal) => model.ping(signal),
    // Under the key, which its own /readyz does not want.
    qdrant: answers(QDRANT_URL, collection, {
      headers: QDRANT_API_KEY === undefined ? {} : { "api-key": QDRANT_API_KEY },
    }),
    // 400, for there is no question; 403 where its settings do not let it speak JSON.
    ...(SEARXNG_URL && { searxng: answers(SEARXNG_URL, "/search?format=json", { with: 400 }) }),
    ...(PHOENIX_URL && { phoenix: answers(PHOENIX_URL, "/readyz") }),
  };
}

function answers(
  base: string,
  path: string,
  { headers = {}, with: wanted = 200 }: { headers?: Record<string, string>; with?: number } = {},
) {
  const address = `${base.replace(/\/$/, "")}${path}`;
  return async (signal: AbortSignal): Promise<void> => {
    const { status, body } = await fetch(address, { signal, headers });
    await body?.cancel();
    if (status !== wanted) throw new Error(`${address} answered ${status}.`);
  };
}
