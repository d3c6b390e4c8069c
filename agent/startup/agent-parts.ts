import type pg from "pg";
import type { Logger } from "pino";
import { type LateRecords, recordingLate } from "../adapters/late-records.ts";
import { postgresArchive } from "../adapters/postgres-archive.ts";
import {
  postgresConversations,
  type StoredConversations,
} from "../adapters/postgres-conversations.ts";
import { postgresErasures } from "../adapters/postgres-erasures.ts";
import {
  postgresIdempotency,
  type StoredIdempotencyKeys,
} from "../adapters/postgres-idempotency.ts";
import { postgresOutbox } from "../adapters/postgres-outbox.ts";
import { type HtmlReader, htmlReader } from "../adapters/web-pages/html-reader.ts";
import { dnsLookUp } from "../adapters/web-pages/look-up.ts";
import { directConnector } from "../adapters/web-pages/pinned-connector.ts";
import { webPages } from "../adapters/web-pages/web-pages.ts";
import { type ConnectedServices, connectServices } from "./connect-services.ts";
import type { ParsedEnvironment } from "../contract/environment.ts";
import type { Dependencies } from "../dependencies.ts";
import type { Erasures } from "../ports/erasures.ts";
import { answerBudget } from "../loop/answer-budget.ts";
import { tokenScales } from "../loop/token-scale.ts";
import { forgetSuperseded } from "../memory/forget-superseded.ts";
import { forgetWithConversation } from "../memory/forget-with-conversation.ts";
import type { Outbox } from "../ports/outbox.ts";
import { oneAtATime } from "../memory/one-at-a-time.ts";
import { vectorMemory } from "../memory/recall.ts";
import type { Conversations } from "../ports/ports.ts";
import { conversationQueue } from "../runs/conversation-queue.ts";
import { runGate } from "../runs/run-gate.ts";
import { agentSettings, gateLimits, redactionOf } from "./agent-settings.ts";
import { agentMetrics } from "../telemetry/metrics.ts";
import { type StartedTracing, startTracing } from "../telemetry/start-tracing.ts";
import { allTools } from "../tools/index.ts";

/** The real parts of an agent: what its routes work with, and what works beside them. */
export interface AgentParts {
  readonly dependencies: Omit<Dependencies, "isDraining" | "stopping">;
  readonly services: ConnectedServices;
  readonly conversations: StoredConversations & LateRecords;
  /** The same, whose deletions take their memories along. */
  readonly forgetting: Conversations;
  readonly idempotency: StoredIdempotencyKeys;
  readonly outbox: Outbox;
  readonly erasures: Erasures;
  readonly reader: HtmlReader;
  readonly tracing: StartedTracing;
}

const recordsHeld = 256;
const recordCharactersHeld = 32_000_000;

export function agentParts(
  environment: ParsedEnvironment,
  pool: pg.Pool,
  logger: Logger,
): AgentParts {
  const services = connectServices(environment);
  const { model, search, vectors, embedder, catalogue, neighbours } = services;
  const tracing = tracingOf(environment, logger);
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
  const conversations = conversationsOf(environment, pool, logger);
  const forgetting = forgetWithConversation(forgetSuperseded(conversations, vectors), vectors);
  // A run is over by its deadline; what is left then is its record.
  const idempotency = postgresIdempotency(pool, environment.AGENT_RUN_DEADLINE_SECONDS + 60);
  const gate = runGate(gateLimits(environment));
  return {
    dependencies: {
      model,
      conversations: forgetting,
      archive: postgresArchive(pool),
      idempotency,
      memory,
      embedder: oneAtATime(embedder),
      catalogue,
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
      scales: tokenScales(),
      settings: agentSettings(environment),
      neighbours,
    },
    services,
    conversations,
    forgetting,
    idempotency,
    outbox,
    erasures,
    reader,
    tracing,
  };
}

function tracingOf(environment: ParsedEnvironment, logger: Logger): StartedTracing {
  return startTracing({
    collectorUrl: environment.PHOENIX_URL,
    project: environment.PHOENIX_PROJECT,
    redaction: redactionOf(environment),
    onCollector: (change) => {
      if (change === "lost")
        logger.warn("Phoenix takes no traces; spans are dropped until it does");
      else logger.info("Phoenix takes traces again");
    },
    onRefusal: () => {
      logger.warn("Phoenix refuses a span; it is dropped");
    },
  });
}

function conversationsOf(
  environment: ParsedEnvironment,
  pool: pg.Pool,
  logger: Logger,
): AgentParts["conversations"] {
  // A run that is going on when its conversation is deleted, then what is written and sent of it.
  const lateSeconds = environment.AGENT_RUN_DEADLINE_SECONDS + 120;
  return recordingLate(postgresConversations(pool, lateSeconds), {
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
}
