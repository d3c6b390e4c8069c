import { ApiError } from "../errors/api-error.ts";
import { ContextLengthError } from "../errors/context-length-error.ts";
import type { ModelRequest } from "../ports/ports.ts";
import { hasAttachment, messagesTokens } from "./message-tokens.ts";
import { type DeltaEvent, modelTurn, type TimedTurn, type TurnContext } from "./model-turn.ts";
import { stateOf, withoutState } from "./provider-state.ts";
import { addedTokens, type TokenEstimate, tokenEstimate } from "./token-estimate.ts";
import type { TokenScale } from "./token-scale.ts";

export interface FittingContext extends TurnContext {
  readonly limits: TurnContext["limits"] & { readonly contextTokens: number };
  readonly scale: TokenScale;
}

type Turn = AsyncGenerator<DeltaEvent, TimedTurn, undefined>;

/**
 * One turn of the model, told as much as fits. What the provider refuses before it has said anything,
 * because it is longer than the model's context, is told once more with less; what it refuses because of
 * the state that another provider left in it, without that.
 *
 * @param build the request that fits in so many tokens.
 */
export async function* fittedTurn(
  build: (tokens: number) => ModelRequest,
  context: FittingContext,
  options: { readonly hold: boolean },
): Turn {
  const asked = build(context.limits.contextTokens);
  try {
    return yield* countedTurn(asked, context, options);
  } catch (error) {
    const again = askedDifferently(error, asked, build, context.scale);
    if (again === undefined) throw error;
    return yield* countedTurn(again, context, options);
  }
}

/** The model's scale learns from what its server counts. */
async function* countedTurn(
  asked: ModelRequest,
  context: FittingContext,
  options: { readonly hold: boolean },
): Turn {
  const timed = yield* modelTurn(asked, context, options);
  const { usage, isFallback } = timed.turn;
  if (usage && !isFallback && !asked.messages.some(hasAttachment)) {
    context.scale.learn(requestTokens(asked), usage.prompt_tokens);
  }
  return timed;
}

function askedDifferently(
  error: unknown,
  asked: ModelRequest,
  build: (tokens: number) => ModelRequest,
  scale: TokenScale,
): ModelRequest | undefined {
  if (error instanceof ContextLengthError) return trimmed(error, asked, build, scale);
  const hasState = asked.messages.some((message) => stateOf(message) !== undefined);
  if (!hasState || !isAboutState(error)) return undefined;
  return { ...asked, messages: asked.messages.map(withoutState) };
}

/** Where the provider gives no numbers. */
const shareWithout = 0.5;
/** Of what it says there is room for: our estimate is no count, and the answer needs room, too. */
const shareOfRoom = 0.85;

function trimmed(
  { counted }: ContextLengthError,
  asked: ModelRequest,
  build: (tokens: number) => ModelRequest,
  scale: TokenScale,
): ModelRequest | undefined {
  const estimate = requestTokens(asked);
  const share = counted ? shareOfRoom * (counted.window / counted.requested) : shareWithout;
  const tokens = Math.floor(scale.tokens(estimate) * share);
  try {
    return build(tokens);
  } catch {
    // Nothing is left that may go: the provider's refusal stands.
    return undefined;
  } finally {
    if (counted && !asked.messages.some(hasAttachment)) scale.learn(estimate, counted.requested);
  }
}

/** In the words of those that take no field which they do not know, or can't read another's. */
function isAboutState(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.status !== 400) return false;
  return /reasoning|thinking|signature|encrypted|provider_specific_fields|extra_content|additional propert|extra inputs/i.test(
    error.message,
  );
}

function requestTokens({ messages, tools }: ModelRequest): TokenEstimate {
  const told = messagesTokens(messages);
  return tools === undefined ? told : addedTokens(told, tokenEstimate(JSON.stringify(tools)));
}
