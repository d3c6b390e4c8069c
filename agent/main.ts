import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import pino from "pino";
import { litellmModel } from "./adapters/litellm-model.ts";
import { migrate } from "./adapters/migrate.ts";
import { failStaleRuns, postgresConversations } from "./adapters/postgres-conversations.ts";
import { noSearchService, searxng } from "./adapters/searxng.ts";
import { buildApp } from "./app.ts";
import { parseAgentEnvironment } from "./contract/environment.ts";
import { runGate } from "./routes/run-gate.ts";
import { agentSettings, redactionOf } from "./settings.ts";
import { startTracing } from "./telemetry/start-tracing.ts";
import { allTools } from "./tools/index.ts";

// The edge: environment, adapters, listening and an orderly end.
const environment = parseAgentEnvironment(process.env);
const logger = pino({ level: environment.LOG_LEVEL });
const databasePatienceMs = 60_000;
const flushMs = 5000;

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
const model = litellmModel({
  baseUrl: environment.LITELLM_BASE_URL,
  apiKey: environment.LITELLM_API_KEY,
  firstTokenTimeoutMs: environment.AGENT_FIRST_TOKEN_TIMEOUT_SECONDS * 1000,
  idleTimeoutMs: environment.AGENT_IDLE_TIMEOUT_SECONDS * 1000,
});
const search = environment.SEARXNG_URL ? searxng(environment.SEARXNG_URL) : noSearchService;
const gate = runGate({
  perMinute: environment.AGENT_RATE_LIMIT_PER_MINUTE,
  atOnce: environment.AGENT_MAX_RUNS,
});
let draining = false;
const stopping = new AbortController();
const app = buildApp(
  {
    model,
    conversations: postgresConversations(pool),
    tools: allTools({ search, now: () => new Date() }),
    tracing,
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
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
await app.listen({ host: environment.AGENT_LISTEN_HOST, port: environment.AGENT_LISTEN_PORT });

/** Postgres may still be starting, or be restarting just now. */
async function prepareDatabase(): Promise<void> {
  const deadline = Date.now() + databasePatienceMs;
  for (;;) {
    try {
      const migrations = await migrate(environment.DATABASE_URL);
      const stale = await failStaleRuns(pool);
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
  await tracing.stop(flushMs);
  await pool.end();
  process.exit();
}

async function runsEnd(patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (gate.running() > 0 && Date.now() < deadline) await delay(100);
}
