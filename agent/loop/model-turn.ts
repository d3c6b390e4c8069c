import { uuid } from "../identifiers.ts";
import type { CallContext, Model, ModelRequest } from "../ports/ports.ts";
import type { Allowance } from "./answer-budget.ts";
import { charactersOf, startOfChunk } from "./chunk-size.ts";
import type { RunLimits } from "./limits.ts";
import { turnBuilder, type Turn } from "./turn.ts";

export interface DeltaEvent {
  readonly type: "delta";
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
    const size = charactersOf(received);
    const granted = context.allowance.take(Math.min(size, room));
    room -= granted;
    isCut = granted < size;
    const chunk = isCut ? startOfChunk(received, granted) : received;
    builder.add(chunk);
    const choice = chunk.choices[0];
    if (!hold && choice?.delta.content) yield delta(choice.delta.content, choice.logprobs);
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

export function delta(content: string, logprobs?: Turn["logprobs"]): DeltaEvent {
  return { type: "delta", content, logprobs };
}
