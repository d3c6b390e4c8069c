import { INPUT_VALUE } from "@arizeai/openinference-semantic-conventions";
import { setTimeout as delay } from "node:timers/promises";
import type { TraceSpan, Tracing } from "../telemetry/trace-span.ts";
import { accepted } from "./accepted.ts";
import { embedInParts } from "./embed-in-parts.ts";
import type { Embedder, MemoryPoint, VectorStore } from "../ports/memory.ts";
import type { Outbox, OutboxEntry } from "../ports/outbox.ts";
import { piecesOf } from "./pieces.ts";

/** Resolves when there may be something to do, or after that time. */
type NextWork = (ms: number, stopping: AbortSignal) => Promise<void>;

export interface DrainParts {
  readonly outbox: Outbox;
  readonly vectors: VectorStore;
  readonly embedder: Embedder;
  readonly tracing: Tracing;
  /** Told of every failure; what failed is tried again later. */
  readonly onFailure: (error: unknown) => void;
  /** Told of a message that is not remembered, or not all of it, for it would be refused each time. */
  readonly onRefusal: (messageId: string) => void;
}

const batch = 32;
/** Between a message and its embedding, which may keep a question waiting. */
const pauseMs = 500;
/** What is told of by nobody: another agent's messages, and what failed before. */
const idleMs = 4500;
/** For each request: a long message is many, and all of them may take longer. */
const requestTimeoutMs = 30_000;

/** Remembers what is due, until the signal ends it. Never rejects. */
export async function drainForever(
  parts: DrainParts,
  nextWork: NextWork,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const remembered = await drainOnce(parts, signal).catch((error: unknown) => {
      if (!signal.aborted) parts.onFailure(error);
      return 0;
    });
    if (remembered > 0) continue;
    await nextWork(idleMs, signal);
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Gives back how many messages it remembered. */
export async function drainOnce(parts: DrainParts, signal: AbortSignal): Promise<number> {
  const entries = await parts.outbox.claim(batch);
  let remembered = 0;
  // By run, so that one message that cannot be written holds up no other run's.
  for (const group of Map.groupBy(entries, ({ traceparent }) => traceparent).values()) {
    if (await remember(group, parts, signal)) remembered += group.length;
  }
  return remembered;
}

async function remember(
  entries: readonly OutboxEntry[],
  { outbox, vectors, embedder, tracing, onFailure, onRefusal }: DrainParts,
  stop: AbortSignal,
): Promise<boolean> {
  const inTime = () => AbortSignal.any([stop, AbortSignal.timeout(requestTimeoutMs)]);
  const span = openSpan(entries, tracing);
  try {
    const forgotten = entries.filter(({ isSuperseded }) => isSuperseded);
    if (forgotten.length > 0) {
      await vectors.removeMessages(
        forgotten.map(({ messageId }) => messageId),
        inTime(),
      );
    }
    const pieces = entries
      .filter(({ isSuperseded }) => !isSuperseded)
      .flatMap((entry) => piecesOf(entry, embedder.model));
    span.set(() => ({ [INPUT_VALUE]: pieces.map(({ payload }) => payload.text).join("\n") }));
    if (pieces.length > 0) {
      const texts = pieces.map(({ payload }) => payload.text);
      const found = await embedInParts(embedder, texts, () => ({ signal: inTime(), span }));
      const points = pieces.flatMap((piece, index) => {
        const vector = found[index];
        return vector === undefined ? [] : [{ ...piece, vector }];
      });
      const written = new Set(await upsertAccepted(points, vectors, inTime));
      const refused = pieces.filter(({ id }) => !written.has(id));
      for (const id of new Set(refused.map(({ payload }) => payload.message_id))) onRefusal(id);
    }
    const gone = await outbox.complete(entries);
    // Deleted or superseded while we wrote: what that did not see goes now.
    if (gone.length > 0) await vectors.removeMessages(gone, inTime());
    return true;
  } catch (error) {
    span.fail(error);
    onFailure(error);
    await outbox.postpone(entries, error instanceof Error ? error.message : String(error));
    return false;
  } finally {
    span.end();
  }
}

/** Gives back the ids of those that the store took. */
async function upsertAccepted(
  points: readonly MemoryPoint[],
  vectors: VectorStore,
  inTime: () => AbortSignal,
): Promise<readonly (string | undefined)[]> {
  const [first] = points;
  if (first === undefined) return [];
  const { user_id: userId, conversation_id: conversationId } = first.payload;
  return accepted(
    points,
    async (some) => {
      await vectors.upsert(some, inTime());
      return some.map(({ id }) => id);
    },
    // A collection of another dimension refuses this as well.
    () =>
      vectors.search(
        first.vector.map(() => 1),
        { userId, conversationId },
        1,
        inTime(),
      ),
  );
}

/** Below the run that the messages came from, though that has ended. */
function openSpan(entries: readonly OutboxEntry[], tracing: Tracing): TraceSpan {
  const [first] = entries;
  const caller = { traceparent: first?.traceparent ?? undefined, trusted: true };
  const span = tracing.open("CHAIN", "memory.write", caller);
  if (first) span.belongTo({ userId: first.userId, sessionId: first.conversationId });
  return span;
}
