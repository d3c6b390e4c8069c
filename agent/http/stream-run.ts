import type { FastifyReply } from "fastify";
import type { RunEvent, RunOutcome } from "../loop/run-request.ts";
import type { StreamKeeper } from "./answer-once.ts";
import type { ApiError } from "../errors/api-error.ts";
import { asApiError } from "../errors/as-api-error.ts";
import type { ConversationRun } from "../runs/conversation-run.ts";
import { type EventStreamOptions, openEventStream } from "./event-stream.ts";

/** What a watching client is sent of a run. */
export interface StreamedView {
  /** @param first - what comes next, where that is known in time. */
  readonly opening: (first: RunEvent | undefined) => readonly object[];
  readonly during: (event: RunEvent) => readonly object[];
  readonly closing: (outcome: RunOutcome) => readonly object[];
  /** Where a failure has events of its own; else it is one in the envelope of every error. */
  readonly failing?: (error: ApiError) => readonly object[];
}

export interface StreamOptions extends Omit<EventStreamOptions, "signal"> {
  /** Where the answer is to be given again. */
  readonly keeper: StreamKeeper | undefined;
}

/**
 * Drives a run to its end for a client that watches it.
 *
 * Until the first event nothing is sent, so that an early failure still has its status; but no longer
 * than `keepAliveMs`, for a silent connection is cut by proxies in between.
 */
export async function streamRun(
  run: ConversationRun,
  reply: FastifyReply,
  view: StreamedView,
  { keeper, ...options }: StreamOptions,
): Promise<void> {
  const first = run.events.next();
  const step = await settledWithin(first, options.keepAliveMs);
  const begun = step === undefined || step.done === true ? undefined : step.value;
  const events = openEventStream(reply, { ...options, signal: run.signal });
  const sendAll = async (parts: readonly object[]) => {
    keeper?.add(parts);
    await events.send(parts);
  };
  try {
    await sendAll(view.opening(begun));
    let next = await first;
    while (!next.done) {
      await sendAll(view.during(next.value));
      next = await run.events.next();
    }
    await sendAll(view.closing(next.value));
    await keeper?.keep();
    await events.end();
  } catch (thrown) {
    const error = asApiError(thrown);
    await keeper?.fail(error);
    if (view.failing) {
      await events.send(view.failing(error));
      await events.end();
    } else await events.fail(error);
  } finally {
    // A client that left stops the model and the tools, and the run is recorded as cancelled.
    await run.events.return(undefined as never).catch(() => undefined);
  }
}

/**
 * @returns undefined where it takes longer.
 * @throws what the promise was rejected with, if in time.
 */
export async function settledWithin<Value>(
  promise: Promise<Value>,
  ms: number,
): Promise<Value | undefined> {
  const patience = Promise.withResolvers<undefined>();
  const timer = setTimeout(patience.resolve, ms, undefined);
  try {
    return await Promise.race([promise, patience.promise]);
  } finally {
    clearTimeout(timer);
  }
}
