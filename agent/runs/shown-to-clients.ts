import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { stateOf, withoutCallState, withoutState } from "../loop/provider-state.ts";
import type { Delta } from "../loop/model-turn.ts";
import type { RunEvent, RunOutcome } from "../loop/run-request.ts";

type Message = ChatCompletionMessageParam;
type Events = AsyncGenerator<RunEvent, RunOutcome, undefined>;

/**
 * A message without what only its provider can read; the words of the reasoning stay, where clients are
 * shown them.
 */
export function shownMessage<Each extends Message>(message: Each, showsReasoning: boolean): Each {
  const state = stateOf(message);
  const words = state?.reasoning_content ?? state?.reasoning;
  const shown = showsReasoning && typeof words === "string" ? { reasoning_content: words } : {};
  return { ...(withoutState(message) as Each), ...shown };
}

/** A run's events without what its model thought. */
export async function* withoutReasoning(events: Events): Events {
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
      const shown = wordsOf(value);
      if (shown) yield shown;
    }
  } finally {
    await events.return(undefined as never);
  }
}

/** A run's end as clients see it. The journal, which is recorded, has all of it. */
export function shownOutcome(outcome: RunOutcome, showsReasoning: boolean): RunOutcome {
  return {
    ...outcome,
    answer: showsReasoning ? outcome.answer : { ...outcome.answer, reasoning: "" },
    messages: outcome.messages.map((message) => shownMessage(message, showsReasoning)),
    clientCalls: outcome.clientCalls.map(withoutCallState),
  };
}

/** Undefined where a model has only thought so far. */
function wordsOf(event: RunEvent): RunEvent | undefined {
  if (event.type !== "delta") return event;
  const deltas = event.deltas.flatMap(({ content, logprobs }): Delta[] =>
    content === "" ? [] : [{ content, logprobs }],
  );
  return deltas.length === 0 ? undefined : { ...event, deltas };
}
