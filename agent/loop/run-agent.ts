import { chooseBySchema } from "./choose-by-schema.ts";
import { nativeTurn } from "./native-turn.ts";
import { RunJournal } from "./run-journal.ts";
import type { RunContext, RunEvent, RunOutcome, RunRequest } from "./run-request.ts";
import { RunState } from "./run-state.ts";
import { newCall } from "./wording.ts";

/** Plan, act, answer. Yields what a watching client may see, and returns how it ended. */
export async function* runAgent(
  request: RunRequest,
  context: RunContext,
  journal: RunJournal = new RunJournal(),
): AsyncGenerator<RunEvent, RunOutcome, undefined> {
  const run = new RunState(request, context, journal);
  const bySchema = context.toolCalling === "schema";

  const requested = request.requestedCalls.map(({ name, args }) => newCall(name, args));
  if (requested.length > 0) yield* run.act(requested, { inProse: bySchema, inTurn: true });
  let mustCall = request.mustCallTool && requested.length === 0 && run.tools.size > 0;

  if (mustCall && bySchema) {
    const call = yield* chooseBySchema(run);
    if (call) yield* run.act([call], { inProse: true });
    mustCall = false;
  }
  for (;;) {
    const outcome = yield* nativeTurn(run, mustCall);
    if (outcome) return outcome;
    mustCall = false;
  }
}
