import type {
  ChatCompletionChunk,
  ChatCompletionMessageFunctionToolCall,
} from "openai/resources/chat/completions";
import type { Usage } from "../runs/run-record.ts";
import { GrowingText } from "./growing-text.ts";

type Choice = ChatCompletionChunk.Choice;

/** A model's turn, put together from its chunks. */
export interface Turn {
  readonly content: string;
  readonly refusal: string | null;
  readonly calls: readonly ChatCompletionMessageFunctionToolCall[];
  readonly finishReason: NonNullable<Choice["finish_reason"]>;
  readonly logprobs: Choice["logprobs"];
  readonly usage: Usage | undefined;
}

export interface TurnBuilder {
  add(chunk: ChatCompletionChunk): void;
  build(): Turn;
}

interface CallParts {
  id: string;
  name: string;
  readonly arguments: GrowingText;
}

export function turnBuilder(newCallId: () => string): TurnBuilder {
  const calls: CallParts[] = [];
  const byIndex = new Map<number, CallParts>();
  const content = new GrowingText();
  let refusal: GrowingText | undefined;
  let finishReason: Choice["finish_reason"] = null;
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
    const added = { id: "", name: "", arguments: new GrowingText() };
    calls.push(added);
    if (index !== undefined) byIndex.set(index, added);
    return added;
  }

  function addDelta(delta: Choice["delta"]): void {
    content.add(delta.content ?? "");
    if (typeof delta.refusal === "string") (refusal ??= new GrowingText()).add(delta.refusal);
    for (const part of delta.tool_calls ?? []) {
      const call = callOf(part);
      const name = part.function?.name ?? "";
      // Some servers say it with every part.
      const isRepeated = part.id !== undefined && part.id === call.id && name === call.name;
      call.id ||= part.id ?? "";
      if (!isRepeated) call.name += name;
      call.arguments.add(part.function?.arguments ?? "");
    }
  }

  function addLogprobs(more: Choice["logprobs"]): void {
    if (!more) return;
    hasLogprobs = true;
    for (const entry of more.content ?? []) logprobs.content?.push(entry);
    for (const entry of more.refusal ?? []) logprobs.refusal?.push(entry);
  }

  return {
    add(chunk) {
      if (chunk.usage) usage = countedUsage(chunk.usage);
      const choice = chunk.choices[0];
      if (choice === undefined) return;
      addDelta(choice.delta);
      finishReason = choice.finish_reason ?? finishReason;
      addLogprobs(choice.logprobs);
    },
    build: () => ({
      content: content.toString(),
      refusal: refusal?.toString() ?? null,
      calls: calls.map(({ id, name, arguments: text }, position) => ({
        // Results name the call they belong to, and some servers send no id, or one for several.
        id: id === "" || calls.slice(0, position).some((call) => call.id === id) ? newCallId() : id,
        type: "function",
        function: { name, arguments: text.toString() },
      })),
      finishReason: finishReason ?? "stop",
      logprobs: hasLogprobs ? logprobs : null,
      usage,
    }),
  };
}

/** Without an index, as some servers send them, only an id or a whole name tells calls apart. */
type CallPart = Omit<NonNullable<Choice["delta"]["tool_calls"]>[number], "index"> & {
  readonly index?: number;
};

function isAnother({ index, id, function: called }: CallPart, known: CallParts): boolean {
  if (id && known.id !== "") return id !== known.id;
  return index === undefined && Boolean(called?.name) && known.name !== "";
}

function countedUsage(usage: NonNullable<ChatCompletionChunk["usage"]>): Usage {
  const { prompt_tokens, completion_tokens, total_tokens } = usage;
  return { prompt_tokens, completion_tokens, total_tokens };
}
