import type {
  ChatCompletionMessageParam,
  ChatCompletionTool,
  ChatCompletionToolChoiceOption,
} from "openai/resources/chat/completions";
import type { ModelRequest } from "../ports/ports.ts";
import type { Tool } from "../tools/tool.ts";
import { fitContext } from "./fit-context.ts";
import { noTokens, tokenEstimate } from "./token-estimate.ts";
import type { TokenScale } from "./token-scale.ts";
import { toOpenAiTool } from "./wording.ts";

/** What a request offers the model in each of its turns. */
export interface ModelOffer {
  readonly model: string;
  /** The client's sampling parameters, already filtered. */
  readonly parameters: Partial<ModelRequest>;
  /** Tools that the client runs. */
  readonly clientTools: readonly ChatCompletionTool[];
  readonly toolChoice?: ChatCompletionToolChoiceOption | undefined;
  readonly parallelToolCalls?: boolean | undefined;
}

/** Where a run is when it asks for the next turn. */
export interface TurnState {
  readonly messages: readonly ChatCompletionMessageParam[];
  /** Tools that we run, as far as they are offered natively. */
  readonly tools: Iterable<Tool>;
  readonly rounds: number;
  readonly mustCall: boolean;
  /** No call is wanted any more: the model is to answer. */
  readonly isClosing: boolean;
  /** How many tokens the model may be sent, tools included. */
  readonly contextTokens: number;
  readonly scale: TokenScale;
}

/** @throws ApiError 400 when what can't be left out is more than the model may be sent. */
export function modelRequest(offer: ModelOffer, state: TurnState): ModelRequest {
  const offered = [...[...state.tools].map(toOpenAiTool), ...offer.clientTools];
  const schemas = offered.length === 0 ? noTokens : tokenEstimate(JSON.stringify(offered));
  const left = state.contextTokens - state.scale.tokens(schemas);
  const base = {
    ...offer.parameters,
    model: offer.model,
    messages: fitContext(state.messages, left, state.scale),
  };
  if (offered.length === 0) return base;
  const choice = toolChoice(offer, state);
  return {
    ...base,
    // Kept even when none may be called: Anthropic refuses a history of calls without them.
    tools: offered,
    ...(choice === undefined ? {} : { tool_choice: choice }),
    ...(offer.parallelToolCalls === undefined
      ? {}
      : { parallel_tool_calls: offer.parallelToolCalls }),
  };
}

/** A client's demand for a call is met by the first: repeated, it would never let the model answer. */
function toolChoice(
  { toolChoice: wanted }: ModelOffer,
  { isClosing, mustCall, rounds }: TurnState,
): ChatCompletionToolChoiceOption | undefined {
  if (isClosing) return "none";
  if (mustCall) return "required";
  const isDemand = wanted === "required" || typeof wanted === "object";
  return isDemand && rounds > 0 ? "auto" : wanted;
}
