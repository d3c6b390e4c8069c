import { AGENT_NAME, INPUT_VALUE, OUTPUT_VALUE } from "@arizeai/openinference-semantic-conventions";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { ApiError } from "../errors/api-error.ts";
import { uuid } from "../identifiers.ts";
import type { RunEvent, RunOutcome, RunRequest } from "../loop/run-request.ts";
import { type JournalContents, RunJournal } from "../loop/run-journal.ts";
import { memoryReach } from "../memory/scope.ts";
import type { BegunRun } from "../ports/ports.ts";
import {
  type ConversationKey,
  conversationName,
  type Endpoint,
  type FinishedRun,
} from "./run-record.ts";
import { answeredAs, type ClientTurn } from "./client-turn.ts";
import { textOf } from "../telemetry/openinference.ts";
import type { TraceSpan } from "../telemetry/trace-span.ts";
import { notToBeRetried } from "../errors/as-api-error.ts";
import type { Dependencies } from "../dependencies.ts";
import { driveRun, type RunParts } from "./drive-run.ts";
import { runBounds, type RunBounds } from "./run-bounds.ts";
import { shownOutcome, withoutReasoning } from "./shown-to-clients.ts";

/** A run that a request asks for, as far as it is known before the conversation is loaded. */
export interface RequestedRun {
  /** Where it is known before the run begins. */
  readonly id?: string;
  readonly endpoint: Endpoint;
  readonly userId: string;
  readonly source: string;
  readonly conversation: ConversationKey | undefined;
  readonly model: string;
  /** What this request adds to the conversation, as its author wrote it: the model may be told more. */
  readonly newMessages: readonly ChatCompletionMessageParam[];
  /** Where the client keeps this turn, where it says so. */
  readonly turn?: ClientTurn | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The caller's trace, where it sent one. */
  readonly traceparent: string | undefined;
  /** Whether the run is a part of the caller's trace, or only linked to it. */
  readonly isCallerTrusted: boolean;
  /** Told at once, so that every line of the log can name the trace. */
  readonly onTrace: (ids: { readonly trace_id: string; readonly span_id: string }) => void;
  /** Whether the model is told what was said before, as far as we have it; else its client tells it all. */
  readonly readsHistory: boolean;
  /** What was said before, where that is not what the conversation has last. */
  readonly earlier?: () => Promise<BegunRun["history"]>;
  /** What its endpoint keeps of the run beside its messages. */
  readonly keeper?: RunKeeper | undefined;
  /** What the loop is to do, given the conversation's history. */
  readonly request: (history: BegunRun["history"]) => Omit<RunRequest, "model">;
}

export interface RunKeeper {
  /** Before anything is asked of a model. */
  readonly begun: (run: Pick<BegunRun, "conversationId" | "userId">) => Promise<void>;
  /** Part of the run's record. */
  readonly ended: (ending: RunEnding) => FinishedRun["response"];
}

/** How a run ended: neither is there where its client has left. */
export interface RunEnding {
  readonly outcome?: RunOutcome;
  readonly error?: unknown;
}

/** A run that has begun: recorded, and ready to be driven. */
export interface ConversationRun {
  readonly id: string;
  readonly conversationId: string;
  readonly traceId: string;
  readonly createdAt: Date;
  /** Aborts when the run is ended from outside: its client leaves, the agent stops, its time is up. */
  readonly signal: AbortSignal;
  readonly events: AsyncGenerator<RunEvent, RunOutcome, undefined>;
}

/**
 * Waits for its turn in the conversation and records the run, then lets its events be driven; however it ends, that is recorded too.
 *
 * A run whose client has left ends as `cancelled`.
 */
export async function beginRun(
  requested: RequestedRun,
  dependencies: Dependencies,
  client: AbortSignal,
): Promise<ConversationRun> {
  const id = requested.id ?? uuid();
  const reach = memoryReach(requested.metadata, dependencies.settings.memory.reach);
  const { traceparent, isCallerTrusted: trusted } = requested;
  const span = dependencies.tracing.open("AGENT", "agent.run", { traceparent, trusted });
  requested.onTrace({ trace_id: span.traceId, span_id: span.spanId });
  span.belongTo({ userId: requested.userId });
  const question = textOf(requested.newMessages.at(-1)?.content);
  span.set(() => ({ [AGENT_NAME]: "agent", [INPUT_VALUE]: question }));
  const remember = reach === "off" ? undefined : { traceparent: span.traceparent };
  const { conversation } = requested;
  const bounds = runBounds(client, dependencies.stopping, dependencies.settings.run.deadlineMs);
  let leaveQueue: () => void = () => undefined;
  try {
    if (conversation !== undefined) {
      const name = conversationName({ ...requested, conversation });
      leaveQueue = await dependencies.queue.enter(name, bounds.signal);
    }
    const begun = await dependencies.conversations.begin({
      id,
      endpoint: requested.endpoint,
      model: requested.model,
      traceId: span.traceId,
      userId: requested.userId,
      source: requested.source,
      conversation: conversation ?? { id: uuid() },
      messages: requested.newMessages,
      turn: requested.turn,
      metadata: requested.metadata,
      historyMessages: requested.readsHistory ? dependencies.settings.historyMessages : 0,
      remember,
    });
    const { conversationId, userId, history } = begun;
    if (conversationId !== "") span.belongTo({ userId, sessionId: conversationId });
    const journal = new RunJournal();
    const allowance = dependencies.answers.open(dependencies.settings.run.runCharacters);
    const scope =
      reach === "user" ? { userId, everywhere: true as const } : { userId, conversationId };
    const driven = async function* () {
      await requested.keeper?.begun(begun);
      const earlier = (await requested.earlier?.()) ?? history;
      const parts: RunParts = {
        run: { ...requested.request(earlier), model: requested.model },
        question,
        scope: reach === "off" ? undefined : scope,
        // A conversation that begins with this run has nothing to be reminded of.
        mayRecall: reach === "user" || begun.hasEarlier,
        userId,
        signal: bounds.signal,
        span,
        journal,
        allowance,
      };
      return yield* driveRun(parts, dependencies);
    };
    const finish = async (ending: Ending, result: RunEnding) => {
      try {
        const contents = journal.contents();
        span.set(() => ({ metadata: spanMetadata(id, requested, ending, contents) }));
        const { turn } = requested;
        const model = contents.answeredBy ?? requested.model;
        const namedAs = turn && answeredAs(turn);
        dependencies.metrics.recordRun({ model, ...ending }, contents);
        const response = requested.keeper?.ended(result);
        const own = { ...journalOf(journal), id, conversationId, remember, namedAs, response };
        const record = { ...own, ...ending };
        await dependencies.conversations.finish(record);
      } finally {
        span.end();
        allowance.close();
        leaveQueue();
      }
    };
    const { showsReasoning } = dependencies.settings;
    const events = showsReasoning ? driven() : withoutReasoning(driven());
    return {
      id,
      conversationId,
      traceId: span.traceId,
      createdAt: new Date(),
      signal: bounds.signal,
      events: recorded(events, { bounds, span, journal, showsReasoning }, finish),
    };
  } catch (thrown) {
    const error = bounds.explain(thrown);
    span.fail(error);
    span.end();
    leaveQueue();
    throw error;
  }
}

type Ending = Pick<FinishedRun, "status" | "finishReason" | "stopReason" | "error">;

interface RecordedRun {
  readonly bounds: RunBounds;
  readonly span: TraceSpan;
  readonly journal: RunJournal;
  readonly showsReasoning: boolean;
}

async function* recorded(
  events: AsyncGenerator<RunEvent, RunOutcome, undefined>,
  { bounds, span, journal, showsReasoning }: RecordedRun,
  finish: (ending: Ending, result: RunEnding) => Promise<void>,
): AsyncGenerator<RunEvent, RunOutcome, undefined> {
  let ending: Ending = { status: "cancelled" };
  let result: RunEnding = {};
  try {
    const outcome = yield* events;
    result = { outcome };
    ending = {
      status: outcome.stopReason === "client_tools" ? "requires_action" : "completed",
      finishReason: outcome.finishReason,
      stopReason: outcome.stopReason,
    };
    span.set(() => ({ [OUTPUT_VALUE]: outcome.answer.content }));
    return shownOutcome(outcome, showsReasoning);
  } catch (thrown) {
    const error = bounds.explain(thrown);
    if (!bounds.clientHasLeft()) {
      ending = { status: "failed", error: describe(error) };
      result = { error };
    }
    span.fail(error);
    throw journal.toolsHaveRun ? notToBeRetried(error) : error;
  } finally {
    await finish(ending, result);
  }
}

function spanMetadata(
  id: string,
  requested: RequestedRun,
  ending: Ending,
  { answeredBy, fellBack }: JournalContents,
): string {
  const { endpoint, source, model, metadata } = requested;
  const { status, stopReason } = ending;
  return JSON.stringify({
    run_id: id,
    endpoint,
    source,
    model,
    answered_by: answeredBy,
    fallback: fellBack,
    status,
    stop_reason: stopReason,
    request: metadata,
  });
}

function journalOf(journal: RunJournal) {
  const { messages, executions, steps, usage, answeredBy } = journal.contents();
  return { messages, executions, usage, answeredBy, steps: steps.length };
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
