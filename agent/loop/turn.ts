import type { ChatCompletionMessageFunctionToolCall } from "openai/resources/chat/completions";
import type { ModelCallPart, ModelChoice, ModelChunk, ModelDelta } from "../ports/model-chunk.ts";
import type { Usage } from "../runs/run-record.ts";
import { GrowingText } from "./growing-text.ts";
import type { CallState, ProviderState } from "./provider-state.ts";
import { StateBuilder } from "./state-builder.ts";

/** A call of the model's, with what its provider wants back with it. */
export type ModelCall = ChatCompletionMessageFunctionToolCall & CallState;

/** A model's turn, put together from its chunks. */
export interface Turn {
  readonly content: string;
  /** What the model thought, as far as its provider shows it. */
  readonly reasoning: string;
  /** Is sent back with the message, as it is. */
  readonly state: ProviderState;
  readonly refusal: string | null;
  readonly calls: readonly ModelCall[];
  readonly finishReason: NonNullable<ModelChoice["finish_reason"]>;
  readonly logprobs: ModelChoice["logprobs"];
  readonly usage: Usage | undefined;
  /** The model that answered, as its server says; undefined where it does not. */
  readonly answeredBy: string | undefined;
  /** That one stood in for the model that was asked for. */
  readonly isFallback: boolean;
}

export interface TurnBuilder {
  add(chunk: ModelChunk): void;
  build(): Turn;
}

interface CallParts {
  id: string;
  name: string;
  readonly arguments: GrowingText;
  state: CallState;
}

export function turnBuilder(newCallId: () => string): TurnBuilder {
  const calls: CallParts[] = [];
  const byIndex = new Map<number, CallParts>();
  const content = new GrowingText();
  const state = new StateBuilder();
  let answeredBy: string | undefined;
  let isFallback = false;
  let refusal: GrowingText | undefined;
  let finishReason: ModelChoice["finish_reason"] = null;
  const logprobs: Required<NonNullable<Turn["logprobs"]>> = { content: [], refusal: [] };
  let hasLogprobs = false;
  let usage: Usage | undefined;

  /** The call that a part belongs to. A new id is a new call, whatever its index; some have none. */
  function callOf(part: CallPart): CallParts {
    const { index, id } = part;
    const known = index === undefined ? calls.at(-1) : byIndex.get(index);
    if (known !== undefined && !isAnother(part, known)) return known;
    const sameId = index === undefined && id ? calls.find((call) => call.id === id) : undefined;
    if (sameId !== undefined) return sameId;
    const added = { id: "", name: "", arguments: new GrowingText(), state: {} };
    calls.push(added);
    if (index !== undefined) byIndex.set(index, added);
    return added;
  }

  function addDelta(delta: ModelDelta): void {
    content.add(delta.content ?? "");
    state.add(delta);
    if (typeof delta.refusal === "string") (refusal ??= new GrowingText()).add(delta.refusal);
    for (const part of delta.tool_calls ?? []) {
      const call = callOf(part);
      const name = part.function?.name ?? "";
      // Some servers say it with every part.
      const isRepeated = part.id !== undefined && part.id === call.id && name === call.name;
      call.id ||= part.id ?? "";
      if (!isRepeated) call.name += name;
      call.arguments.add(part.function?.arguments ?? "");
      call.state = withMore(call.state, part);
    }
  }

  function addLogprobs(more: ModelChoice["logprobs"]): void {
    if (!more) return;
    hasLogprobs = true;
    for (const entry of more.content ?? []) logprobs.content?.push(entry);
    for (const entry of more.refusal ?? []) logprobs.refusal?.push(entry);
  }

  return {
    add(chunk) {
      if (chunk.usage) usage = countedUsage(chunk.usage);
      answeredBy = chunk.model || answeredBy;
      isFallback = chunk.isFallback ?? isFallback;
      const choice = chunk.choices[0];
      if (choice === undefined) return;
      addDelta(choice.delta);
      finishReason = choice.finish_reason ?? finishReason;
      addLogprobs(choice.logprobs);
    },
    build: () => ({
      content: content.toString(),
      reasoning: state.words(),
      state: state.build(),
      refusal: refusal?.toString() ?? null,
      calls: calls.map(({ id, name, arguments: text, state: own }, position) => ({
        // Results name the call they belong to, and some servers send no id, or one for several.
        id: id === "" || calls.slice(0, position).some((call) => call.id === id) ? newCallId() : id,
        type: "function",
        function: { name, arguments: text.toString() },
        ...own,
      })),
      finishReason: finishReason ?? "stop",
      logprobs: hasLogprobs ? logprobs : null,
      usage,
      answeredBy,
      isFallback,
    }),
  };
}

/** Without an index, as some servers send them, only an id or a whole name tells calls apart. */
type CallPart = Omit<ModelCallPart, "index"> & {
  readonly index?: number;
};

function isAnother({ index, id, function: called }: CallPart, known: CallParts): boolean {
  if (id && known.id !== "") return id !== known.id;
  return index === undefined && Boolean(called?.name) && known.name !== "";
}

/** Some servers put a call's own fields below its function. */
function withMore(known: CallState, part: CallPart): CallState {
  const { extra_content: extra, provider_specific_fields: ofCall, function: called } = part;
  const fields = ofCall ?? called?.provider_specific_fields;
  if (!extra && !fields) return known;
  return {
    ...known,
    ...(fields && { provider_specific_fields: { ...known.provider_specific_fields, ...fields } }),
    ...(extra && { extra_content: { ...known.extra_content, ...extra } }),
  };
}

function countedUsage(usage: NonNullable<ModelChunk["usage"]>): Usage {
  const { prompt_tokens, completion_tokens, total_tokens } = usage;
  const { prompt_tokens_details: prompt, completion_tokens_details: completion } = usage;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    ...(prompt && { prompt_tokens_details: prompt }),
    ...(completion && { completion_tokens_details: completion }),
  };
}
