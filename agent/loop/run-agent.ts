import type {
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { Model } from "../ports.ts";
import type { StopReason } from "../run-record.ts";
import type { TraceSpan } from "../telemetry/trace-span.ts";
import type { Tool } from "../tools/tool.ts";
import type { Allowance } from "./answer-budget.ts";
import { chooseBySchema } from "./choose-by-schema.ts";
import type { RunLimits } from "./limits.ts";
import type { ModelOffer } from "./model-offer.ts";
import type { DeltaEvent } from "./model-turn.ts";
import { nativeTurn } from "./native-turn.ts";
import { RunJournal, type JournalContents } from "./run-journal.ts";
import type { ToolExecution } from "./tool-execution.ts";
import { RunState } from "./run-state.ts";
import type { Turn } from "./turn.ts";
import { newCall } from "./wording.ts";

type Call = ChatCompletionMessageFunctionToolCall;

export interface RunRequest extends ModelOffer {
  /** What the model is told, the new message last. */
  readonly messages: readonly ChatCompletionMessageParam[];
  /** Tools that we run. */
  readonly tools: readonly Tool[];
  /** The request asked for tools by name, so the first turn must call one. */
  readonly mustCallTool: boolean;
  /** Calls that the request itself makes, before the model's first turn. */
  readonly requestedCalls: readonly { readonly name: string; readonly args: object }[];
}

export interface RunContext {
  readonly model: Model;
  readonly limits: RunLimits;
  /** How much its model may still say. */
  readonly allowance: Allowance;
  readonly toolCalling: "auto" | "native" | "schema";
  readonly signal: AbortSignal;
  readonly traceparent: string;
  /** On whose behalf the tools are called. */
  readonly userId: string;
  readonly span: TraceSpan;
}

export type RunEvent =
  | DeltaEvent
  | { readonly type: "tools_started"; readonly names: readonly string[] }
  | { readonly type: "tools_finished"; readonly executions: readonly ToolExecution[] };

export interface RunOutcome extends JournalContents {
  readonly stopReason: StopReason;
  readonly finishReason: Turn["finishReason"];
  readonly answer: Pick<Turn, "content" | "refusal" | "logprobs">;
  /** Calls that the client is to run. */
  readonly clientCalls: readonly Call[];
}

/** Plan, act, answer. Yields what a watching client may see, and returns how it ended. */
export async function* runAgent(
  request: RunRequest,
  context: RunContext,
  journal: RunJournal = new RunJournal(),
): AsyncGenerator<RunEvent, RunOutcome, undefined> {
  const run = new RunState(request, context, journal);
  const bySchema = context.toolCalling === "schema";

  const requested = request.requestedCalls.map(({ name, args }) => newCall(name, args));
  if (requested.length > 0) yield* run.act(requested, { inProse: bySchema, inTurn: true });
  let mustCall = request.mustCallTool && requested.length === 0 && run.tools.size > 0;

  if (mustCall && bySchema) {
    const call = yield* chooseBySchema(run);
    if (call) yield* run.act([call], { inProse: true });
    mustCall = false;
  }
  for (;;) {
    const outcome = yield* nativeTurn(run, mustCall);
    if (outcome) return outcome;
    mustCall = false;
  }
}
