import type { ChatCompletionMessageFunctionToolCall } from "openai/resources/chat/completions";
import { parseToolChoice, toolChoiceRequest } from "./choose-tool.ts";
import { fitContext } from "./fit-context.ts";
import { fittedTurn } from "./fitted-turn.ts";
import type { DeltaEvent } from "./model-turn.ts";
import type { RunState } from "./run-state.ts";
import { newCall } from "./wording.ts";

/** Has the model choose a tool in its own turn, which nobody sees; undefined where it chose none. */
export async function* chooseBySchema({
  request,
  context,
  journal,
  messages,
  tools,
}: RunState): AsyncGenerator<
  DeltaEvent,
  ChatCompletionMessageFunctionToolCall | undefined,
  undefined
> {
  const asked = (tokens: number) => {
    const told = fitContext(messages, tokens, context.scale);
    return {
      ...toolChoiceRequest(told, [...tools.values()]),
      model: request.model,
      temperature: 0,
    };
  };
  const { turn, durationMs } = yield* fittedTurn(asked, context, { hold: true });
  journal.addTurn("plan", turn, durationMs);
  const chosen = parseToolChoice(turn.content);
  return chosen && newCall(chosen.name, chosen.arguments);
}
