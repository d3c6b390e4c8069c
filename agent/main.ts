import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { type Breaker, breaker } from "./adapters/breaker.ts";
import {
  guardedEmbedder,
  guardedModel,
  guardedSearch,
  guardedVectors,
  isAbort,
  isModelsOwnAnswer,
} from "./adapters/guarded.ts";
import { litellmEmbeddings } from "./adapters/litellm-embeddings.ts";
import { recordingLate } from "./adapters/late-records.ts";
import { litellmModel } from "./adapters/litellm-model.ts";
import { migrate } from "./adapters/migrate.ts";
import { postgresArchive } from "./adapters/postgres-archive.ts";
import { failStaleRuns, postgresConversations } from "./adapters/postgres-conversations.ts";
import { postgresIdempotency, releaseStaleKeys } from "./adapters/postgres-idempotency.ts";
import { postgresOutbox } from "./adapters/postgres-outbox.ts";
import { qdrantMemory } from "./adapters/qdrant-memory.ts";
import { noSearchService, searxng } from "./adapters/searxng.ts";
import { htmlReader } from "./adapters/web-pages/html-reader.ts";
import { dnsLookUp } from "./adapters/web-pages/look-up.ts";
import { directConnector } from "./adapters/web-pages/pinned-connector.ts";
import { webPages } from "./adapters/web-pages/web-pages.ts";
import { buildApp } from "./app.ts";
import { parseAgentEnvironment } from "./contract/environment.ts";
import { drainForever } from "./memory/drain-outbox.ts";
import { forgetWithConversation } from "./memory/forget-with-conversation.ts";
import { vectorMemory } from "./memory/recall.ts";
import { agentLogger } from "./logger.ts";
import { runGate } from "./routes/run-gate.ts";
import { prepareMemory } from "./prepare-memory.ts";
import { retainForever } from "./retention.ts";
import { agentSettings, redactionOf } from "./settings.ts";
import { agentMetrics } from "./telemetry/metrics.ts";
import { startTracing } from "./telemetry/start-tracing.ts";
import { allTools } from "./tools/index.ts";

// The edge: environment, adapters, listening and an orderly end.
const environment = parseAgentEnvironment(process.env);
const logger = agentLogger(environment.LOG_LEVEL);
const databasePatienceMs = 60_000;
const flushMs = 5000;
const recordsHeld = 256;

const pool = new pg.Pool({
  connectionString: environment.DATABASE_URL,
  max: environment.AGENT_DATABASE_CONNECTIONS,
  connectionTimeoutMillis: 5000,
  statement_timeout: environment.AGENT_STATEMENT_TIMEOUT_SECONDS * 1000,
});
// An idle connection that breaks (Postgres restarts) is replaced by the next query.
pool.on("error", (error) => {
  logger.warn({ err: error }, "a database connection broke");
});
await prepareDatabase();

const settings = agentSettings(environment);
const tracing = startTracing({
  collectorUrl: environment.PHOENIX_URL,
  project: environment.PHOENIX_PROJECT,
  redaction: redactionOf(environment),
  onCollector: (change) => {
    if (change === "lost") logger.warn("Phoenix takes no traces; spans are dropped until it does");
    else logger.info("Phoenix takes traces again");
  },
});
const litellm = litellmModel({
  baseUrl: environment.LITELLM_BASE_URL,
  apiKey: environment.LITELLM_API_KEY,
  firstTokenTimeoutMs: environment.AGENT_FIRST_TOKEN_TIMEOUT_SECONDS * 1000,
  idleTimeoutMs: environment.AGENT_IDLE_TIMEOUT_SECONDS * 1000,
});
const model = guardedModel(litellm, breakerFor("The model server", isModelsOwnAnswer));
const search = environment.SEARXNG_URL
  ? guardedSearch(searxng(environment.SEARXNG_URL), breakerFor("The search service"))
  : noSearchService;
const reader = htmlReader();
const pages = webPages({
  maxBytes: environment.AGENT_FETCH_MAX_BYTES,
  maxRedirects: environment.AGENT_FETCH_MAX_REDIRECTS,
  timeoutMs: environment.AGENT_FETCH_TIMEOUT_SECONDS * 1000,
  lookUp: dnsLookUp(),
  connect: directConnector(3000),
  reader,
});
const vectors = guardedVectors(
  qdrantMemory({
    url: environment.QDRANT_URL,
    apiKey: environment.QDRANT_API_KEY,
    alias: environment.QDRANT_COLLECTION,
  }),
  breakerFor("Qdrant"),
);
const embedder = guardedEmbedder(
  litellmEmbeddings({
    baseUrl: environment.LITELLM_BASE_URL,
    apiKey: environment.LITELLM_API_KEY,
    model: environment.EMBEDDING_MODEL,
  }),
  breakerFor("The embedding service"),
);
const memory = vectorMemory({ vectors, embedder }, environment.AGENT_MEMORY_TIMEOUT_MILLISECONDS);
const outbox = postgresOutbox(pool);
const conversations = recordingLate(postgresConversations(pool), {
  held: recordsHeld,
  pauseMs: 1000,
  onDelay: (error) => {
    logger.error({ err: error }, "a run is not recorded yet; it is when the database is back");
  },
});
// A run is over by its deadline; what is left then is its record.
const keyLockSeconds = environment.AGENT_RUN_DEADLINE_SECONDS + 60;
const idempotency = postgresIdempotency(pool, keyLockSeconds);
const forgetting = forgetWithConversation(conversations, vectors);
const gate = runGate({
  perMinute: environment.AGENT_RATE_LIMIT_PER_MINUTE,
  atOnce: environment.AGENT_MAX_RUNS,
});
let draining = false;
const stopping = new AbortController();
const app = buildApp(
  {
    model,
    conversations: forgetting,
    archive: postgresArchive(pool),
    idempotency,
    memory,
    tools: allTools({ search, pages, memory, now: () => new Date() }),
    tracing,
    metrics: agentMetrics({ runsInFlight: gate.running, outboxDepth: () => outbox.depth() }),
    access: {
      apiKeys: environment.AGENT_API_KEYS,
      trustedKey: environment.OPENWEBUI_AGENT_KEY,
      allowedHosts: environment.AGENT_ALLOWED_HOSTS,
    },
    gate,
    settings,
    neighbours: {
      litellm: (signal) => model.ping(signal),
      qdrant: (signal) => answers(`${environment.QDRANT_URL}/readyz`, signal),
      ...(environment.SEARXNG_URL && {
        searxng: (signal: AbortSignal) => answers(`${environment.SEARXNG_URL}/healthz`, signal),
      }),
      ...(environment.PHOENIX_URL && {
        phoenix: (signal: AbortSignal) => answers(`${environment.PHOENIX_URL}/readyz`, signal),
      }),
    },
    isDraining: () => draining,
    stopping: stopping.signal,
  },
  logger,
);

if (environment.AGENT_API_KEYS.length === 0) {
  logger.warn("AGENT_API_KEYS is not set: open to everybody who reaches this port");
}
const remembering = drainForever(
  {
    outbox,
    vectors,
    embedder,
    tracing,
    onFailure: (error) => {
      logger.warn({ err: error }, "messages are not remembered yet");
    },
  },
  stopping.signal,
);
void retainForever(
  {
    idle: conversations.idle,
    conversations: forgetting,
    purgeKeys: idempotency.purge,
    onFailure: (error) => {
      logger.warn({ err: error }, "what is too old is not deleted yet");
    },
  },
  environment.AGENT_RETENTION_DAYS,
  stopping.signal,
);
void prepareMemory(environment, embedder, tracing, stopping.signal).then((result) => {
  if (result?.status === "different") {
    const remedy = "./stack qdrant ensure-schema --recreate";
    logger.warn({ differences: result.differences, remedy }, "the memory's schema differs");
  } else if (result) logger.info(result, "memory is ready");
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
await app.listen({ host: environment.AGENT_LISTEN_HOST, port: environment.AGENT_LISTEN_PORT });

function breakerFor(service: string, isHarmless = isAbort): Breaker {
  return breaker({
    service,
    isHarmless,
    failures: environment.AGENT_BREAKER_FAILURES,
    openMs: environment.AGENT_BREAKER_SECONDS * 1000,
  });
}

/** Postgres may still be starting, or be restarting just now. */
async function prepareDatabase(): Promise<void> {
  const deadline = Date.now() + databasePatienceMs;
  for (;;) {
    try {
      const migrations = await migrate(environment.DATABASE_URL);
      const stale = await failStaleRuns(pool);
      await releaseStaleKeys(pool);
      logger.info({ migrations, staleRuns: stale }, "the database is ready");
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      logger.warn({ err: error }, "the database is not ready yet");
      await delay(1000);
    }
  }
}

async function answers(url: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { signal });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
}

/** New work is refused at once; runs that have begun may end. */
async function stop(): Promise<void> {
  draining = true;
  gate.close();
  await runsEnd(environment.AGENT_DRAIN_SECONDS * 1000);
  // What is left is told so, and recorded, before the container's grace period is over.
  stopping.abort();
  await runsEnd(flushMs);
  await app.close();
  await reader.close();
  await remembering;
  await conversations.settle(flushMs);
  await tracing.stop(flushMs);
  await pool.end();
  process.exit();
}

async function runsEnd(patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (gate.running() > 0 && Date.now() < deadline) await delay(100);
}
