import { litellmCatalogue } from "../../agent/adapters/litellm-catalogue.ts";
import { litellmEmbeddings } from "../../agent/adapters/litellm-embeddings.ts";
import { litellmModel } from "../../agent/adapters/litellm-model.ts";
import { noSearchService } from "../../agent/adapters/searxng.ts";
import { buildApp } from "../../agent/http/build-app.ts";
import { parseAgentEnvironment } from "../../agent/contract/parse-environment.ts";
import { answerBudget } from "../../agent/loop/answer-budget.ts";
import { tokenScales } from "../../agent/loop/token-scale.ts";
import { oneAtATime } from "../../agent/memory/one-at-a-time.ts";
import type { Memory } from "../../agent/memory/recall.ts";
import type { PageFetcher, SearchService } from "../../agent/ports/ports.ts";
import type { AgentSettings, Dependencies } from "../../agent/dependencies.ts";
import { conversationQueue } from "../../agent/runs/conversation-queue.ts";
import { runGate } from "../../agent/runs/run-gate.ts";
import { agentSettings, gateLimits, redactionOf } from "../../agent/startup/agent-settings.ts";
import { agentMetrics } from "../../agent/telemetry/metrics.ts";
import { startTracing } from "../../agent/telemetry/start-tracing.ts";
import { allTools } from "../../agent/tools/index.ts";
import { InMemoryConversations } from "./in-memory-conversations.ts";
import { InMemoryIdempotency } from "./in-memory-idempotency.ts";

/** As with AGENT_MEMORY_SCOPE=off. */
const noMemory: Memory = {
  search: () => Promise.reject(new Error("Memory is off.")),
  recall: () => Promise.resolve({ status: "disabled", hits: [] }),
};

/** A web without pages. */
const noPages: PageFetcher = {
  fetch: () => Promise.reject(new Error("The address cannot be reached.")),
};

export interface TestApp {
  readonly app: ReturnType<typeof buildApp>;
  readonly conversations: InMemoryConversations;
}

/** The real service, against a model server at `baseUrl` and conversations in memory. */
export function testApp(
  baseUrl: string,
  environment: Readonly<Record<string, string>> = {},
  changes: Partial<Omit<Dependencies, "settings">> & {
    readonly settings?: Partial<AgentSettings>;
    readonly search?: SearchService;
    readonly pages?: PageFetcher;
    readonly logger?: Parameters<typeof buildApp>[1];
  } = {},
): TestApp {
  const parsed = parseAgentEnvironment({
    DATABASE_URL: "postgresql://nobody@localhost/none",
    LITELLM_BASE_URL: baseUrl,
    LITELLM_API_KEY: "key-for-the-model",
    QDRANT_URL: "http://127.0.0.1:1",
    AGENT_TOOL_CALLING: "native",
    ...environment,
  });
  const conversations = new InMemoryConversations();
  const {
    search = noSearchService,
    pages = noPages,
    memory = noMemory,
    logger,
    settings,
    ...others
  } = changes;
  const gate = runGate(gateLimits(parsed));
  const dependencies: Dependencies = {
    model: litellmModel({
      baseUrl,
      apiKey: parsed.LITELLM_API_KEY,
      firstTokenTimeoutMs: 1000,
      idleTimeoutMs: 300,
      turnCharacters: parsed.AGENT_TURN_CHARACTERS,
    }),
    conversations,
    archive: conversations,
    idempotency: new InMemoryIdempotency(),
    memory,
    embedder: oneAtATime(
      litellmEmbeddings({
        baseUrl,
        apiKey: parsed.LITELLM_API_KEY,
        model: parsed.EMBEDDING_MODEL,
      }),
    ),
    catalogue: litellmCatalogue({ baseUrl, apiKey: parsed.LITELLM_API_KEY }),
    tools: allTools({ search, pages, memory, now: () => new Date("2026-01-02T03:04:05Z") }),
    tracing: startTracing({
      collectorUrl: parsed.PHOENIX_URL,
      project: parsed.PHOENIX_PROJECT,
      redaction: redactionOf(parsed),
    }),
    access: {
      apiKeys: parsed.AGENT_API_KEYS,
      trustedKey: parsed.OPENWEBUI_AGENT_KEY,
      allowedHosts: parsed.AGENT_ALLOWED_HOSTS,
    },
    gate,
    queue: conversationQueue(parsed.AGENT_MAX_QUEUED_RUNS),
    answers: answerBudget(parsed.AGENT_TOTAL_CHARACTERS, parsed.AGENT_MAX_RUNS),
    scales: tokenScales(),
    metrics: agentMetrics({
      runsInFlight: gate.running,
      outboxDepth: () => Promise.resolve(7),
      erasuresPending: () => Promise.resolve(0),
    }),
    settings: { ...agentSettings(parsed), ...settings },
    neighbours: {},
    isDraining: () => false,
    stopping: new AbortController().signal,
    ...others,
  };
  const app = buildApp(dependencies, logger);
  return { app, conversations };
}
