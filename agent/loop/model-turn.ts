import { uuid } from "../identifiers.ts";
import type { CallContext, Model, ModelRequest } from "../ports/ports.ts";
import type { Allowance } from "./answer-budget.ts";
import { charactersOf, startOfChunk } from "./chunk-size.ts";
import type { RunLimits } from "./limits.ts";
import { turnBuilder, type Turn } from "./turn.ts";

/** Words that came together, in the pieces in which the model said them. */
export interface DeltaEvent {
  readonly type: "delta";
  readonly deltas: readonly Delta[];
}

export interface Delta {
  readonly content: string;
  readonly logprobs?: Turn["logprobs"];
}

export interface TimedTurn {
  readonly turn: Turn;
  readonly durationMs: number;
  /** The model said more than it may; what it had said by then is the turn. */
  readonly isCut: boolean;
}

export interface TurnContext extends CallContext {
  readonly model: Model;
  readonly limits: Pick<RunLimits, "turnCharacters">;
  readonly allowance: Allowance;
}

/** One turn of the model, whose words are seen as they come, unless they are held back. */
export async function* modelTurn(
  request: ModelRequest,
  context: TurnContext,
  { hold }: { readonly hold: boolean },
): AsyncGenerator<DeltaEvent, TimedTurn, undefined> {
  const builder = turnBuilder(() => `call_${uuid()}`);
  const began = performance.now();
  let room = context.limits.turnCharacters;
  let isCut = false;
  for await (const received of context.model.stream(request, context)) {
    const deltas: Delta[] = [];
    for (const whole of received) {
      const size = charactersOf(whole);
      const granted = context.allowance.take(Math.min(size, room));
      room -= granted;
      isCut = granted < size;
      const chunk = isCut ? startOfChunk(whole, granted) : whole;
      builder.add(chunk);
      const choice = chunk.choices[0];
      if (choice?.delta.content) {
        deltas.push({ content: choice.delta.content, logprobs: choice.logprobs });
      }
      if (isCut) break;
    }
    if (!hold && deltas.length > 0) yield { type: "delta", deltas };
    if (isCut) break;
  }
  const turn = builder.build();
  return {
    // Its calls may lack their end.
    turn: isCut ? { ...turn, calls: [], finishReason: "length" } : turn,
    durationMs: performance.now() - began,
    isCut,
  };
}

/** All that a turn said which was held back. */
export function wholeTurn({ content, logprobs }: Turn): DeltaEvent {
  return { type: "delta", deltas: [{ content, logprobs }] };
}
