import { uuid } from "../identifiers.ts";
import type { CallContext, Model, ModelRequest } from "../ports.ts";
import { turnBuilder, type Turn } from "./turn.ts";

export interface DeltaEvent {
  readonly type: "delta";
  readonly content: string;
  readonly logprobs?: Turn["logprobs"];
}

export interface TimedTurn {
  readonly turn: Turn;
  readonly durationMs: number;
}

/** One turn of the model, whose words are seen as they come, unless they are held back. */
export async function* modelTurn(
  model: Model,
  request: ModelRequest,
  context: CallContext,
  { hold }: { readonly hold: boolean },
): AsyncGenerator<DeltaEvent, TimedTurn, undefined> {
  const builder = turnBuilder(() => `call_${uuid()}`);
  const began = performance.now();
  for await (const chunk of model.stream(request, context)) {
    builder.add(chunk);
    const choice = chunk.choices[0];
    if (!hold && choice?.delta.content) yield delta(choice.delta.content, choice.logprobs);
  }
  return { turn: builder.build(), durationMs: performance.now() - began };
}

export function delta(content: string, logprobs?: Turn["logprobs"]): DeltaEvent {
  return { type: "delta", content, logprobs };
}
