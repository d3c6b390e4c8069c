import type {
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
  ChatCompletionTool,
  ChatCompletionToolChoiceOption,
} from "openai/resources/chat/completions";
import { uuid } from "../identifiers.ts";
import type { Model, ModelRequest } from "../ports.ts";
import type { StopReason } from "../run-record.ts";
import type { TraceSpan } from "../telemetry/trace-span.ts";
import type { Tool } from "../tools/tool.ts";
import { parseToolChoice, toolChoiceRequest } from "./choose-tool.ts";
import { answerReserveMs, type RunLimits } from "./limits.ts";
import { RunJournal, type JournalContents } from "./run-journal.ts";
import type { ToolExecution } from "./tool-execution.ts";
import { CallHistory, runToolRound } from "./tool-round.ts";
import { turnBuilder, type Turn } from "./turn.ts";
import { clientToolNames, finalReason, newCall, resultsInProse, toOpenAiTool } from "./wording.ts";

type Call = ChatCompletionMessageFunctionToolCall;

export interface RunRequest {
  readonly model: string;
  /** What the model is told, the new message last. */
  readonly messages: readonly ChatCompletionMessageParam[];
  /** The client's sampling parameters, already filtered. */
  readonly parameters: Partial<ModelRequest>;
  /** Tools that we run. */
  readonly tools: readonly Tool[];
  /** The request asked for tools by name, so the first turn must call one. */
  readonly mustCallTool: boolean;
  /** Calls that the request itself makes, before the model's first turn. */
  readonly requestedCalls: readonly { readonly name: string; readonly args: object }[];
  /** Tools that the client runs. */
  readonly clientTools: readonly ChatCompletionTool[];
  readonly toolChoice?: ChatCompletionToolChoiceOption | undefined;
  readonly parallelToolCalls?: boolean | undefined;
}

export interface RunContext {
  readonly model: Model;
  readonly limits: RunLimits;
  readonly toolCalling: "auto" | "native" | "schema";
  readonly signal: AbortSignal;
  readonly traceparent: string;
  /** On whose behalf the tools are called. */
  readonly userId: string;
  readonly span: TraceSpan;
}

export type RunEvent =
  | { readonly type: "delta"; readonly content: string; readonly logprobs?: Turn["logprobs"] }
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
  const { limits } = context;
  const tools = new Map(request.tools.map((tool) => [tool.name, tool]));
  const clientNames = clientToolNames(request.clientTools);
  for (const name of clientNames) tools.delete(name);
  const history = new CallHistory();
  const messages = [...request.messages];
  const started = performance.now();
  const bySchema = context.toolCalling === "schema";
  let rounds = 0;

  async function* act(calls: readonly Call[], { content = "", inProse = false } = {}) {
    yield { type: "tools_started", names: calls.map((call) => call.function.name) } as const;
    const step = ++rounds;
    const executions = await runToolRound(calls, history, { ...context, tools, step });
    const added = journal.addRound(content, calls, executions);
    messages.push(...(inProse ? resultsInProse(executions) : added));
    yield { type: "tools_finished", executions } as const;
  }

  const requested = request.requestedCalls.map(({ name, args }) => newCall(name, args));
  if (requested.length > 0) yield* act(requested, { inProse: bySchema });
  let mustCall = request.mustCallTool && requested.length === 0 && tools.size > 0;

  if (mustCall && bySchema) {
    const call = yield* chooseBySchema();
    if (call) yield* act([call], { inProse: true });
    mustCall = false;
  }

  for (;;) {
    const closing = reasonToAnswer();
    // A turn that must call a tool may turn out to be no answer, so nobody sees it before its end.
    const hold = mustCall && context.toolCalling === "auto";
    const { turn, durationMs } = yield* modelTurn(offer(closing), hold);
    if (mustCall && turn.calls.length === 0 && context.toolCalling === "auto") {
      mustCall = false;
      journal.addTurn("plan", turn, durationMs);
      const call = yield* chooseBySchema();
      if (call) {
        yield* act([call], { inProse: true });
        continue;
      }
    }
    if (hold && turn.calls.length === 0) yield delta(turn.content, turn.logprobs);
    // Arguments that were cut short are never run, nor a call that was not to be made.
    const usable = closing === undefined && turn.finishReason !== "length" ? turn.calls : [];
    const clientCalls = usable.filter((call) => clientNames.has(call.function.name));
    const ours = usable.filter((call) => !clientNames.has(call.function.name));
    if (ours.length === 0) {
      journal.addTurn(clientCalls.length > 0 ? "plan" : "completion", turn, durationMs);
      return outcome(turn, clientCalls, closing);
    }
    mustCall = false;
    journal.addTurn("plan", turn, durationMs);
    yield* act(ours, { content: turn.content });
  }

  function reasonToAnswer(): StopReason | undefined {
    if (history.isLooping) return "loop_detected";
    if (rounds >= limits.toolRounds || journal.executions.length >= limits.toolCalls) {
      return rounds === 0 ? undefined : "max_steps";
    }
    return performance.now() - started > limits.deadlineMs - answerReserveMs
      ? "deadline"
      : undefined;
  }

  function offer(closing: StopReason | undefined): ModelRequest {
    const own = bySchema ? [] : [...tools.values()].map(toOpenAiTool);
    const offered = [...own, ...request.clientTools];
    const base = { ...request.parameters, model: request.model, messages };
    if (offered.length === 0) return base;
    const choice = closing ? "none" : mustCall ? "required" : clientChoice();
    return {
      ...base,
      // Kept even when none may be called: Anthropic refuses a history of calls without them.
      tools: offered,
      ...(choice === undefined ? {} : { tool_choice: choice }),
      ...(request.parallelToolCalls === undefined
        ? {}
        : { parallel_tool_calls: request.parallelToolCalls }),
    };
  }

  /** A demand for a call is met by the first: repeated, it would never let the model answer. */
  function clientChoice(): ChatCompletionToolChoiceOption | undefined {
    const { toolChoice } = request;
    const isDemand = toolChoice === "required" || typeof toolChoice === "object";
    return isDemand && rounds > 0 ? "auto" : toolChoice;
  }

  async function* modelTurn(modelRequest: ModelRequest, hold: boolean) {
    const builder = turnBuilder(() => `call_${uuid()}`);
    const began = performance.now();
    for await (const chunk of context.model.stream(modelRequest, context)) {
      builder.add(chunk);
      const choice = chunk.choices[0];
      if (!hold && choice?.delta.content) yield delta(choice.delta.content, choice.logprobs);
    }
    return { turn: builder.build(), durationMs: performance.now() - began };
  }

  async function* chooseBySchema() {
    const choice = toolChoiceRequest(messages, [...tools.values()]);
    const { turn, durationMs } = yield* modelTurn(
      { ...choice, model: request.model, temperature: 0 },
      true,
    );
    journal.addTurn("plan", turn, durationMs);
    const chosen = parseToolChoice(turn.content);
    return chosen && newCall(chosen.name, chosen.arguments);
  }

  function outcome(turn: Turn, clientCalls: readonly Call[], closing?: StopReason): RunOutcome {
    const isOver = clientCalls.length === 0;
    journal.addMessage({
      role: "assistant",
      content: turn.content || (isOver ? "" : null),
      ...(turn.refusal === null ? {} : { refusal: turn.refusal }),
      ...(isOver ? {} : { tool_calls: [...clientCalls] }),
    });
    return {
      stopReason: isOver ? (closing ?? "final") : "client_tools",
      finishReason: isOver ? finalReason(turn.finishReason) : "tool_calls",
      answer: turn,
      clientCalls,
      ...journal.contents(),
    };
  }
}

function delta(content: string, logprobs?: Turn["logprobs"]): RunEvent {
  return { type: "delta", content, logprobs };
}
