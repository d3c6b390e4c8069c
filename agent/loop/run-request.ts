import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { Model } from "../ports/ports.ts";
import type { StopReason } from "../runs/run-record.ts";
import type { TraceSpan } from "../telemetry/trace-span.ts";
import type { Tool } from "../tools/tool.ts";
import type { Allowance } from "./answer-budget.ts";
import type { RunLimits } from "./limits.ts";
import type { ModelOffer } from "./model-offer.ts";
import type { DeltaEvent } from "./model-turn.ts";
import type { JournalContents } from "./run-journal.ts";
import type { ToolExecution } from "./tool-execution.ts";
import type { TokenScale } from "./token-scale.ts";
import type { ModelCall, Turn } from "./turn.ts";

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
  /** What its model makes of our estimates of tokens. */
  readonly scale: TokenScale;
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
  readonly answer: Pick<Turn, "content" | "reasoning" | "refusal" | "logprobs">;
  /** Calls that the client is to run. */
  readonly clientCalls: readonly ModelCall[];
}
