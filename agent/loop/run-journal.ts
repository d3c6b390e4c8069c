import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { uuid } from "../identifiers.ts";
import type { Usage } from "../runs/run-record.ts";
import { addedUsage, noUsage } from "./added-usage.ts";
import type { ToolExecution } from "./tool-execution.ts";
import type { ModelCall, Turn } from "./turn.ts";

export interface Step {
  readonly id: string;
  readonly type: "plan" | "memory" | "tool" | "completion";
  readonly status: "ok" | "error" | "timeout" | "denied";
  readonly duration_ms: number;
  readonly name?: string;
}

/** What memory had for a run. */
export interface MemoryOutcome {
  readonly status: "ok" | "degraded" | "disabled";
  readonly hits: number;
}

export interface JournalContents {
  readonly messages: readonly ChatCompletionMessageParam[];
  readonly executions: readonly ToolExecution[];
  readonly steps: readonly Step[];
  readonly usage: Usage;
  /** The model that gave the last turn, as its server says; undefined where it does not. */
  readonly answeredBy: string | undefined;
  /** A turn of the run was given by what stands in for the model that was asked for. */
  readonly fellBack: boolean;
  readonly memory: MemoryOutcome;
}

/** A turn as far as it goes back to the model. */
export interface SaidWithCalls extends Partial<Pick<Turn, "content" | "state">> {
  readonly calls: readonly ModelCall[];
}

/** What a run did so far. It outlives the loop, so that a run that fails is recorded as far as it got. */
export class RunJournal {
  readonly #messages: ChatCompletionMessageParam[] = [];
  readonly #executions: ToolExecution[] = [];
  readonly #steps: Step[] = [];
  /** From then on a request that is made again would run them again. */
  toolsHaveRun = false;
  #memory: MemoryOutcome = { status: "disabled", hits: 0 };
  #usage: Usage = noUsage;
  #answeredBy: string | undefined;
  #fellBack = false;

  get executions(): readonly ToolExecution[] {
    return this.#executions;
  }

  addMemory(memory: MemoryOutcome, durationMs: number): void {
    this.#memory = memory;
    if (memory.status === "disabled") return;
    const status = memory.status === "ok" ? "ok" : "error";
    this.#steps.push({ id: uuid(), type: "memory", status, duration_ms: Math.round(durationMs) });
  }

  addTurn(type: "plan" | "completion", turn: Turn, durationMs: number): void {
    this.#steps.push({ id: uuid(), type, status: "ok", duration_ms: Math.round(durationMs) });
    if (turn.usage) this.#usage = addedUsage(this.#usage, turn.usage);
    this.#answeredBy = turn.answeredBy ?? this.#answeredBy;
    this.#fellBack ||= turn.isFallback;
  }

  /** Gives back the messages that it added: the calls, then a result for each that was run. */
  addRound(
    said: SaidWithCalls,
    executions: readonly ToolExecution[],
  ): readonly ChatCompletionMessageParam[] {
    const messages: ChatCompletionMessageParam[] = [
      saidMessage(said),
      ...executions.map(
        ({ id, output }) => ({ role: "tool", tool_call_id: id, content: output }) as const,
      ),
    ];
    this.#messages.push(...messages);
    this.#executions.push(...executions);
    for (const { name, status, duration_ms } of executions) {
      this.#steps.push({ id: uuid(), type: "tool", status, duration_ms, name });
    }
    return messages;
  }

  addMessage(message: ChatCompletionMessageParam): void {
    this.#messages.push(message);
  }

  contents(): JournalContents {
    return {
      messages: [...this.#messages],
      executions: [...this.#executions],
      steps: [...this.#steps],
      usage: this.#usage,
      answeredBy: this.#answeredBy,
      fellBack: this.#fellBack,
      memory: this.#memory,
    };
  }
}

function saidMessage({
  content,
  state,
  calls,
}: SaidWithCalls): ChatCompletionAssistantMessageParam {
  return { role: "assistant", content: content || null, ...state, tool_calls: [...calls] };
}
