import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { ApiError } from "../api-error.ts";
import { newTraceId, traceIdOf, traceparent, uuid } from "../identifiers.ts";
import { runAgent, type RunEvent, type RunOutcome, type RunRequest } from "../loop/run-agent.ts";
import { RunJournal } from "../loop/run-journal.ts";
import type { BegunRun } from "../ports.ts";
import type { ConversationKey, Endpoint, FinishedRun } from "../run-record.ts";
import type { Dependencies } from "./dependencies.ts";
import { runBounds, type RunBounds } from "./run-bounds.ts";

/** A run that a request asks for, as far as it is known before the conversation is loaded. */
export interface RequestedRun {
  readonly endpoint: Endpoint;
  readonly userId: string;
  readonly source: string;
  readonly conversation: ConversationKey | undefined;
  readonly model: string;
  /** What this request adds to the conversation. */
  readonly newMessages: readonly ChatCompletionMessageParam[];
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The caller's trace, where it sent one. */
  readonly traceparent: string | undefined;
  /** What the loop is to do, given the conversation's history. */
  readonly request: (history: BegunRun["history"]) => Omit<RunRequest, "model">;
}

/** A run that has begun: recorded, and ready to be driven. */
export interface ConversationRun {
  readonly id: string;
  readonly conversationId: string;
  readonly traceId: string;
  readonly createdAt: Date;
  readonly events: AsyncGenerator<RunEvent, RunOutcome, undefined>;
}

/**
 * Records the run, then lets its events be driven; however it ends, that is recorded too.
 *
 * A run whose client has left ends as `cancelled`.
 */
export async function beginRun(
  requested: RequestedRun,
  { conversations, model, settings, stopping }: Dependencies,
  client: AbortSignal,
): Promise<ConversationRun> {
  const id = uuid();
  const traceId = traceIdOf(requested.traceparent) ?? newTraceId();
  const { conversationId, history } = await conversations.begin({
    id,
    endpoint: requested.endpoint,
    model: requested.model,
    traceId,
    userId: requested.userId,
    source: requested.source,
    conversation: requested.conversation ?? { id: uuid() },
    messages: requested.newMessages,
    metadata: requested.metadata,
    historyMessages: settings.historyMessages,
  });
  const journal = new RunJournal();
  const bounds = runBounds(client, stopping, settings.run.deadlineMs);
  const run: RunRequest = { ...requested.request(history), model: requested.model };
  const context = {
    model,
    signal: bounds.signal,
    limits: settings.run,
    toolCalling: settings.toolCalling,
    traceparent: traceparent(traceId),
  };
  const finish = (ending: Ending) =>
    conversations.finish({ ...journalOf(journal), id, conversationId, ...ending });
  return {
    id,
    conversationId,
    traceId,
    createdAt: new Date(),
    events: recorded(runAgent(run, context, journal), bounds, finish),
  };
}

type Ending = Pick<FinishedRun, "status" | "finishReason" | "stopReason" | "error">;

async function* recorded(
  events: AsyncGenerator<RunEvent, RunOutcome, undefined>,
  bounds: RunBounds,
  finish: (ending: Ending) => Promise<void>,
): AsyncGenerator<RunEvent, RunOutcome, undefined> {
  let ending: Ending = { status: "cancelled" };
  try {
    const outcome = yield* events;
    ending = {
      status: outcome.stopReason === "client_tools" ? "requires_action" : "completed",
      finishReason: outcome.finishReason,
      stopReason: outcome.stopReason,
    };
    return outcome;
  } catch (thrown) {
    const error = bounds.explain(thrown);
    if (!bounds.clientHasLeft()) ending = { status: "failed", error: describe(error) };
    throw error;
  } finally {
    await finish(ending);
  }
}

function journalOf(journal: RunJournal) {
  const { messages, executions, steps, usage } = journal.contents();
  return { messages, executions, usage, steps: steps.length };
}

/** Only what our own errors say is recorded: others may quote what they were working on. */
function describe(error: unknown): { type: string; message: string } {
  if (error instanceof ApiError) return { type: error.type, message: error.message };
  return { type: "server_error", message: "The run failed." };
}

/** Drives a run to its end for a client that watches nothing. */
export async function drain(
  events: AsyncGenerator<RunEvent, RunOutcome, undefined>,
): Promise<RunOutcome> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
  }
}
