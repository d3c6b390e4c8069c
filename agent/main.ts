import { setTimeout as delay } from "node:timers/promises";
import { recordingLate } from "./adapters/late-records.ts";
import { postgresArchive } from "./adapters/postgres-archive.ts";
import { postgresConversations } from "./adapters/postgres-conversations.ts";
import { postgresErasures } from "./adapters/postgres-erasures.ts";
import { postgresIdempotency } from "./adapters/postgres-idempotency.ts";
import { postgresOutbox } from "./adapters/postgres-outbox.ts";
import { htmlReader } from "./adapters/web-pages/html-reader.ts";
import { dnsLookUp } from "./adapters/web-pages/look-up.ts";
import { directConnector } from "./adapters/web-pages/pinned-connector.ts";
import { webPages } from "./adapters/web-pages/web-pages.ts";
import { buildApp } from "./app.ts";
import { connectServices } from "./connect-services.ts";
import { parseAgentEnvironment } from "./contract/parse-environment.ts";
import { eraseForever } from "./erasure/erase-traces.ts";
import { agentLogger } from "./logger.ts";
import { answerBudget } from "./loop/answer-budget.ts";
import { drainForever } from "./memory/drain-outbox.ts";
import { forgetWithConversation } from "./memory/forget-with-conversation.ts";
import { vectorMemory } from "./memory/recall.ts";
import { openDatabase } from "./open-database.ts";
import { prepareMemory } from "./prepare-memory.ts";
import { retainForever } from "./retention.ts";
import { conversationQueue } from "./runs/conversation-queue.ts";
import { runGate } from "./runs/run-gate.ts";
import { agentSettings, gateLimits, redactionOf } from "./settings.ts";
import { agentMetrics } from "./telemetry/metrics.ts";
import { startTracing } from "./telemetry/start-tracing.ts";
import { allTools } from "./tools/index.ts";

// The edge: environment, adapters, listening and an orderly end.
const environment = parseAgentEnvironment(process.env);
const logger = agentLogger(environment.LOG_LEVEL);
const flushMs = 5000;
const recordsHeld = 256;
const recordCharactersHeld = 32_000_000;

const pool = await openDatabase(environment, logger);
const settings = agentSettings(environment);
const tracing = startTracing({
  collectorUrl: environment.PHOENIX_URL,
  project: environment.PHOENIX_PROJECT,
  redaction: redactionOf(environment),
  onCollector: (change) => {
    if (change === "lost") logger.warn("Phoenix takes no traces; spans are dropped until it does");
    else logger.info("Phoenix takes traces again");
  },
  onRefusal: () => {
    logger.warn("Phoenix refuses a span; it is dropped");
  },
});
const { model, search, vectors, embedder, traces, neighbours } = connectServices(environment);
const reader = htmlReader();
const pages = webPages({
  maxBytes: environment.AGENT_FETCH_MAX_BYTES,
  maxRedirects: environment.AGENT_FETCH_MAX_REDIRECTS,
  timeoutMs: environment.AGENT_FETCH_TIMEOUT_SECONDS * 1000,
  lookUp: dnsLookUp(),
  connect: directConnector(3000),
  reader,
});
const memory = vectorMemory({ vectors, embedder }, environment.AGENT_MEMORY_TIMEOUT_MILLISECONDS);
const outbox = postgresOutbox(pool);
const erasures = postgresErasures(pool);
// A run that is going on when its conversation is deleted, then what is written and sent of it.
const lateSeconds = environment.AGENT_RUN_DEADLINE_SECONDS + 120;
const conversations = recordingLate(postgresConversations(pool, lateSeconds), {
  held: recordsHeld,
  heldCharacters: recordCharactersHeld,
  pauseMs: 1000,
  onDelay: (error) => {
    logger.error({ err: error }, "a run is not recorded yet; it is when the database is back");
  },
  onRefusal: (error, { id }) => {
    logger.error(
      { err: error, run_id: id },
      "the database refused a run's record; see refused_records",
    );
  },
});
// A run is over by its deadline; what is left then is its record.
const keyLockSeconds = environment.AGENT_RUN_DEADLINE_SECONDS + 60;
const idempotency = postgresIdempotency(pool, keyLockSeconds);
const forgetting = forgetWithConversation(conversations, vectors);
const gate = runGate(gateLimits(environment));
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
    metrics: agentMetrics({
      runsInFlight: gate.running,
      outboxDepth: () => outbox.depth(),
      erasuresPending: () => erasures.pending(),
    }),
    access: {
      apiKeys: environment.AGENT_API_KEYS,
      trustedKey: environment.OPENWEBUI_AGENT_KEY,
      allowedHosts: environment.AGENT_ALLOWED_HOSTS,
    },
    gate,
    queue: conversationQueue(environment.AGENT_MAX_QUEUED_RUNS),
    answers: answerBudget(environment.AGENT_TOTAL_CHARACTERS, environment.AGENT_MAX_RUNS),
    settings,
    neighbours,
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
    onRefusal: (id) => {
      logger.warn({ message_id: id }, "a message is not remembered: what is in it is refused");
    },
  },
  stopping.signal,
);
const erasing = eraseForever(
  {
    erasures,
    traces,
    onFailure: (error) => {
      logger.warn({ err: error }, "traces of a deleted conversation are not erased yet");
    },
  },
  stopping.signal,
);
void retainForever(
  {
    idle: conversations.idle,
    conversations: forgetting,
    traces,
    purgeKeys: idempotency.purge,
    onFailure: (error) => {
      logger.warn({ err: error }, "what is too old is not deleted yet");
    },
  },
  {
    conversations: environment.AGENT_RETENTION_DAYS,
    traces: environment.AGENT_TRACE_RETENTION_DAYS,
  },
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
  await Promise.all([remembering, erasing]);
  await conversations.settle(flushMs);
  await tracing.stop(flushMs);
  await pool.end();
  process.exit();
}

async function runsEnd(patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (gate.running() > 0 && Date.now() < deadline) await delay(100);
}
