import { chooseBySchema } from "./choose-by-schema.ts";
import { fittedTurn } from "./fitted-turn.ts";
import { modelRequest } from "./model-offer.ts";
import { wholeTurn } from "./model-turn.ts";
import type { RunEvent, RunOutcome } from "./run-request.ts";
import type { RunState } from "./run-state.ts";

/**
 * One turn of a model that is offered its tools, and what comes of it.
 *
 * @param mustCall whether it is to call a tool: where it ignores that, a tool is chosen by schema.
 * @returns how the run ended; undefined where the model is to be asked once more.
 */
export async function* nativeTurn(
  run: RunState,
  mustCall: boolean,
): AsyncGenerator<RunEvent, RunOutcome | undefined, undefined> {
  const { context, journal, clientNames } = run;
  const closing = run.reasonToAnswer();
  const mayIgnore = mustCall && context.toolCalling === "auto";
  // A turn that must call a tool may turn out to be no answer, so nobody sees it before its end.
  const asked = (tokens: number) =>
    modelRequest(run.request, run.turnState({ mustCall, closing, tokens }));
  const { turn, durationMs, isCut } = yield* fittedTurn(asked, context, { hold: mayIgnore });
  if (isCut) {
    if (mayIgnore) yield wholeTurn(turn);
    journal.addTurn("completion", turn, durationMs);
    return run.outcome(turn, [], "size_limit");
  }
  const isIgnored = mayIgnore && turn.calls.length === 0;
  if (isIgnored) {
    journal.addTurn("plan", turn, durationMs);
    const call = yield* chooseBySchema(run);
    if (call) {
      yield* run.act([call], { inProse: true });
      return undefined;
    }
    yield wholeTurn(turn);
  }
  // Arguments that were cut short are never run, nor a call that was not to be made.
  const usable = closing === undefined && turn.finishReason !== "length" ? turn.calls : [];
  const clientCalls = usable.filter((call) => clientNames.has(call.function.name));
  const ours = usable.filter((call) => !clientNames.has(call.function.name));
  if (ours.length === 0) {
    journal.addTurn(clientCalls.length > 0 ? "plan" : "completion", turn, durationMs);
    return run.outcome(turn, clientCalls, closing);
  }
  journal.addTurn("plan", turn, durationMs);
  yield* run.act(ours, { said: turn });
  // The client's calls of the same turn are its to run now: asked again, a model may not repeat them.
  return clientCalls.length === 0 ? undefined : run.handOver(turn, clientCalls);
}
