import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { StopReason } from "../runs/run-record.ts";
import type { Tool } from "../tools/tool.ts";
import { answerReserveMs } from "./limits.ts";
import type { TurnState } from "./model-offer.ts";
import type { RunContext, RunEvent, RunOutcome, RunRequest } from "./run-request.ts";
import type { RunJournal, SaidWithCalls } from "./run-journal.ts";
import { CallHistory, runToolRound } from "./tool-round.ts";
import type { ModelCall, Turn } from "./turn.ts";
import { clientToolNames, finalReason, resultsInProse } from "./wording.ts";

interface Acting {
  readonly said?: SaidWithCalls;
  readonly inProse?: boolean;
  readonly inTurn?: boolean;
}

/** Where a run is: what its model is told by now, and how much it may still do. */
export class RunState {
  readonly request: RunRequest;
  readonly context: RunContext;
  readonly journal: RunJournal;
  /** Tools that we run: a client's tool of the same name is its own to run. */
  readonly tools: ReadonlyMap<string, Tool>;
  readonly clientNames: ReadonlySet<string>;
  readonly #messages: ChatCompletionMessageParam[];
  readonly #history = new CallHistory();
  readonly #started = performance.now();
  #rounds = 0;

  constructor(request: RunRequest, context: RunContext, journal: RunJournal) {
    this.request = request;
    this.context = context;
    this.journal = journal;
    this.clientNames = clientToolNames(request.clientTools);
    const ours = request.tools.filter(({ name }) => !this.clientNames.has(name));
    this.tools = new Map(ours.map((tool) => [tool.name, tool]));
    this.#messages = [...request.messages];
  }

  get messages(): readonly ChatCompletionMessageParam[] {
    return this.#messages;
  }

  /**
   * Runs calls, and tells the model of their results: in prose where it made none of them itself.
   *
   * @param said the turn that made them, with all of its calls, where a model's did.
   */
  async *act(
    calls: readonly ModelCall[],
    { said = { calls }, inProse = false, inTurn = false }: Acting = {},
  ): AsyncGenerator<RunEvent, void, undefined> {
    yield { type: "tools_started", names: calls.map((call) => call.function.name) };
    this.journal.toolsHaveRun = true;
    const { limits } = this.context;
    const bounds = inTurn ? { ...limits, parallelToolCalls: 1 } : limits;
    const round = { ...this.context, limits: bounds, tools: this.tools, step: ++this.#rounds };
    const executions = await runToolRound(calls, this.#history, round);
    const added = this.journal.addRound(said, executions);
    this.#messages.push(...(inProse ? resultsInProse(executions) : added));
    yield { type: "tools_finished", executions };
  }

  /** Why no tool is run any more, if so. */
  reasonToAnswer(): StopReason | undefined {
    const { limits } = this.context;
    if (this.#history.isLooping) return "loop_detected";
    const executed = this.journal.executions.length;
    if (this.#rounds >= limits.toolRounds || executed >= limits.toolCalls) {
      return this.#rounds === 0 ? undefined : "max_steps";
    }
    const left = limits.deadlineMs - (performance.now() - this.#started);
    return left < answerReserveMs ? "deadline" : undefined;
  }

  turnState({
    mustCall,
    closing,
    tokens,
  }: {
    readonly mustCall: boolean;
    readonly closing: StopReason | undefined;
    readonly tokens: number;
  }): TurnState {
    return {
      messages: this.#messages,
      tools: this.context.toolCalling === "schema" ? [] : this.tools.values(),
      rounds: this.#rounds,
      mustCall,
      isClosing: closing !== undefined,
      contextTokens: tokens,
      scale: this.context.scale,
    };
  }

  /** Ends the run with this turn, which is its message. */
  outcome(turn: Turn, clientCalls: readonly ModelCall[], closing?: StopReason): RunOutcome {
    const isOver = clientCalls.length === 0;
    // What a provider wants back with calls it may refuse without them.
    const isWhole = clientCalls.length === turn.calls.length;
    this.journal.addMessage({
      role: "assistant",
      content: turn.content || (isOver ? "" : null),
      ...(turn.refusal === null ? {} : { refusal: turn.refusal }),
      ...(isWhole && turn.state),
      ...(isOver ? {} : { tool_calls: [...clientCalls] }),
    });
    if (!isOver) return this.handOver(turn, clientCalls);
    return {
      stopReason: closing ?? "final",
      finishReason: finalReason(turn.finishReason),
      answer: turn,
      clientCalls,
      ...this.journal.contents(),
    };
  }

  /** Ends the run with calls that the client is to run; the journal has the turn that made them. */
  handOver(turn: Turn, clientCalls: readonly ModelCall[]): RunOutcome {
    return {
      stopReason: "client_tools",
      finishReason: "tool_calls",
      answer: turn,
      clientCalls,
      ...this.journal.contents(),
    };
  }
}
