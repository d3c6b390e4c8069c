import type {
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { Model } from "../ports.ts";
import type { StopReason } from "../run-record.ts";
import type { TraceSpan } from "../telemetry/trace-span.ts";
import type { Tool } from "../tools/tool.ts";
import type { Allowance } from "./answer-budget.ts";
import { parseToolChoice, toolChoiceRequest } from "./choose-tool.ts";
import { fitContext } from "./fit-context.ts";
import { answerReserveMs, type RunLimits } from "./limits.ts";
import { modelRequest, type ModelOffer } from "./model-offer.ts";
import { delta, type DeltaEvent, modelTurn } from "./model-turn.ts";
import { RunJournal, type JournalContents } from "./run-journal.ts";
import type { ToolExecution } from "./tool-execution.ts";
import { CallHistory, runToolRound } from "./tool-round.ts";
import type { Turn } from "./turn.ts";
import { clientToolNames, finalReason, newCall, resultsInProse } from "./wording.ts";

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
  const { limits } = context;
  const tools = new Map(request.tools.map((tool) => [tool.name, tool]));
  const clientNames = clientToolNames(request.clientTools);
  for (const name of clientNames) tools.delete(name);
  const history = new CallHistory();
  const messages = [...request.messages];
  const started = performance.now();
  const bySchema = context.toolCalling === "schema";
  let rounds = 0;

  async function* act(
    calls: readonly Call[],
    { content = "", inProse = false, inTurn = false } = {},
  ) {
    yield { type: "tools_started", names: calls.map((call) => call.function.name) } as const;
    journal.toolsHaveRun = true;
    const step = ++rounds;
    const bounds = inTurn ? { ...limits, parallelToolCalls: 1 } : limits;
    const round = { ...context, limits: bounds, tools, step };
    const executions = await runToolRound(calls, history, round);
    const added = journal.addRound(content, calls, executions);
    messages.push(...(inProse ? resultsInProse(executions) : added));
    yield { type: "tools_finished", executions } as const;
  }

  const requested = request.requestedCalls.map(({ name, args }) => newCall(name, args));
  if (requested.length > 0) yield* act(requested, { inProse: bySchema, inTurn: true });
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
    const { turn, durationMs, isCut } = yield* ask(offer(closing), hold);
    if (isCut) {
      if (hold) yield delta(turn.content, turn.logprobs);
      journal.addTurn("completion", turn, durationMs);
      return outcome(turn, [], "size_limit");
    }
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
    // The client's calls of the same turn are its to run now: asked again, a model may not repeat them.
    if (clientCalls.length > 0) {
      return { ...outcome({ ...turn, content: "" }, clientCalls), answer: turn };
    }
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

  function offer(closing: StopReason | undefined) {
    return modelRequest(request, {
      messages,
      tools: bySchema ? [] : tools.values(),
      rounds,
      mustCall,
      isClosing: closing !== undefined,
      contextCharacters: limits.contextCharacters,
    });
  }

  function ask(modelRequest: ReturnType<typeof offer>, hold: boolean) {
    return modelTurn(modelRequest, context, { hold });
  }

  async function* chooseBySchema() {
    const told = fitContext(messages, limits.contextCharacters);
    const choice = toolChoiceRequest(told, [...tools.values()]);
    const { turn, durationMs } = yield* ask(
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
