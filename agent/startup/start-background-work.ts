import type { Logger } from "pino";
import type { AgentParts } from "./agent-parts.ts";
import type { ParsedEnvironment } from "../contract/environment.ts";
import { eraseForever } from "../erasure/erase-traces.ts";
import { drainForever } from "../memory/drain-outbox.ts";
import { prepareMemory } from "./prepare-memory.ts";
import { retainForever } from "../erasure/retention.ts";

/**
 * Starts what an agent does beside its requests: it remembers, erases, and deletes what is too old.
 *
 * Resolves after the signal, when none of it uses the database any more.
 */
export async function startBackgroundWork(
  parts: AgentParts,
  environment: ParsedEnvironment,
  logger: Logger,
  stopping: AbortSignal,
): Promise<void> {
  const { services, conversations, forgetting, idempotency, outbox, erasures, tracing } = parts;
  const { vectors, embedder, traces } = services;
  const { toRemember, toErase } = parts.nudges;
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
    toRemember.wait,
    stopping,
  );
  const erasing = eraseForever(
    {
      erasures,
      traces,
      onFailure: (error) => {
        logger.warn({ err: error }, "traces of a deleted conversation are not erased yet");
      },
    },
    toErase.wait,
    stopping,
  );
  const retaining = retainForever(
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
    stopping,
  );
  // It asks Qdrant alone, which may take its time: nobody waits for that.
  void prepareMemory(environment, embedder, tracing, stopping).then((result) => {
    if (result?.status === "different") {
      const remedy = "./stack qdrant ensure-schema --recreate";
      logger.warn({ differences: result.differences, remedy }, "the memory's schema differs");
    } else if (result) logger.info(result, "memory is ready");
  });
  await Promise.all([remembering, erasing, retaining]);
}
