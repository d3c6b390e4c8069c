import { uuid } from "../identifiers.ts";
import type { ModelChoice } from "../ports/model-chunk.ts";
import type { CallContext, Model, ModelRequest } from "../ports/ports.ts";
import type { Allowance } from "./answer-budget.ts";
import { charactersOf, startOfChunk } from "./chunk-size.ts";
import type { RunLimits } from "./limits.ts";
import { turnBuilder, type Turn } from "./turn.ts";

/** Words that came together, in the pieces in which the model said them. */
export interface DeltaEvent {
  readonly type: "delta";
  readonly deltas: readonly Delta[];
  /** The model that says them, where its server tells. */
  readonly answeredBy?: string | undefined;
}

export interface Delta {
  readonly content: string;
  readonly reasoning?: string | undefined;
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
      const delta = choice && deltaOf(choice);
      if (delta) deltas.push(delta);
      if (isCut) break;
    }
    const answeredBy = received.at(-1)?.model;
    if (!hold && deltas.length > 0) yield { type: "delta", deltas, answeredBy };
    if (isCut) break;
  }
  const turn = builder.build();
  return {
    // Its calls may lack their end, and its state a signature.
    turn: isCut ? { ...turn, calls: [], state: {}, finishReason: "length" } : turn,
    durationMs: performance.now() - began,
    isCut,
  };
}

/** All that a turn said which was held back. */
export function wholeTurn({ content, reasoning, logprobs, answeredBy }: Turn): DeltaEvent {
  const deltas = [{ content, ...(reasoning && { reasoning }), logprobs }];
  return { type: "delta", deltas, answeredBy };
}

/** Undefined where nothing of it is to be seen. */
function deltaOf({ delta, logprobs }: ModelChoice): Delta | undefined {
  const { content, reasoning_content: thought = delta.reasoning } = delta;
  if (typeof thought === "string" && thought !== "") {
    return { content: content ?? "", reasoning: thought, logprobs };
  }
  return content ? { content, logprobs } : undefined;
}
