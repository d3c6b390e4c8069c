import type { ChatCompletionMessageFunctionToolCall } from "openai/resources/chat/completions";
import { parseToolChoice, toolChoiceRequest } from "./choose-tool.ts";
import { fitContext } from "./fit-context.ts";
import { type DeltaEvent, modelTurn } from "./model-turn.ts";
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
  const told = fitContext(messages, context.limits.contextCharacters);
  const choice = toolChoiceRequest(told, [...tools.values()]);
  const asked = { ...choice, model: request.model, temperature: 0 };
  const { turn, durationMs } = yield* modelTurn(asked, context, { hold: true });
  journal.addTurn("plan", turn, durationMs);
  const chosen = parseToolChoice(turn.content);
  return chosen && newCall(chosen.name, chosen.arguments);
}
