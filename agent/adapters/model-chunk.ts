import { z } from "zod";
import { stateFields } from "../loop/provider-state.ts";
import type { ModelChunk } from "../ports/model-chunk.ts";
import { completionTokenKinds, promptTokenKinds } from "../runs/run-record.ts";

// The client checks nothing of what a server sends. This much the loop relies on; the rest is left out,
// so that nothing of it can be wrong, or large.
const text = z.string().nullish();
const words = z.string().optional().catch(undefined);
const label = z.string().max(64);
// They come piece by piece, and what each piece repeats is short.
const blocks = z
  .array(z.looseObject({ type: label, format: label.nullish(), index: z.int().nullish() }))
  .optional()
  .catch(undefined);
const items = z.array(z.looseObject({})).optional().catch(undefined);
const fields = z.looseObject({}).optional().catch(undefined);
const part = z.object({
  index: z.int().min(0).optional().catch(undefined),
  id: text,
  function: z.object({ name: text, arguments: text, provider_specific_fields: fields }).nullish(),
  provider_specific_fields: fields,
  extra_content: fields,
});
const reasons = ["stop", "length", "tool_calls", "content_filter", "function_call"] as const;
const saidDelta = z.object({ content: text, refusal: text, tool_calls: z.array(part).nullish() });
const thoughtDelta = saidDelta.extend({
  // What a provider adds is its own, and no answer is worse for a part of it that can't be read.
  reasoning_content: words,
  reasoning: words,
  thinking_blocks: blocks,
  reasoning_items: items,
  reasoning_details: blocks,
  provider_specific_fields: fields.transform(ownFields),
});
const choiceFields = {
  // Some servers have their own reasons, all of which are ends.
  finish_reason: z.enum(reasons).nullable().default(null).catch("stop"),
  logprobs: z
    .object({ content: z.array(z.unknown()).nullish(), refusal: z.array(z.unknown()).nullish() })
    .nullish()
    .catch(null),
};
const largestCount = 2 ** 31 - 1;
const count = z
  .number()
  .catch(0)
  .transform((tokens) => Math.min(Math.max(Math.round(tokens), 0), largestCount));
const usage = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: countsOf(promptTokenKinds),
  completion_tokens_details: countsOf(completionTokenKinds),
});
const longestName = 256;

const chunkOf = (delta: typeof saidDelta | typeof thoughtDelta) =>
  z.object({
    choices: z.array(z.object({ delta, ...choiceFields })),
    usage: usage.nullish().catch(undefined),
  });
// Most chunks are a word, and there are many of them.
const chunkOfWords = chunkOf(saidDelta);
const chunkOfThought = chunkOf(thoughtDelta);

/** A chunk of a model's answer as far as the loop needs it; undefined where it is none. */
export function readChunk(value: unknown): ModelChunk | undefined {
  const parsed = (hasState(value) ? chunkOfThought : chunkOfWords).safeParse(value);
  if (!parsed.success) return undefined;
  const { model } = value as { readonly model?: unknown };
  const named = { model: typeof model === "string" ? model.slice(0, longestName) : undefined };
  // Calls may lack their index: whoever puts them together knows.
  return Object.assign(parsed.data as ModelChunk, named);
}

function hasState(value: unknown): boolean {
  const { choices } = Object(value) as { readonly choices?: unknown };
  return Array.isArray(choices) && choices.some(isThought);
}

function isThought(choice: unknown): boolean {
  const { delta } = Object(choice) as { readonly delta?: unknown };
  const fields = Object(delta) as Readonly<Record<string, unknown>>;
  return stateFields.some((name) => fields[name] !== undefined && fields[name] !== null);
}

/** What LiteLLM has there too in pieces, which are of no use one by one. */
const inPieces: ReadonlySet<string> = new Set(["thinking_blocks", "citation"]);

function ownFields(said: Readonly<Record<string, unknown>> | undefined) {
  if (said === undefined) return undefined;
  const own = Object.entries(said).filter(([name]) => !inPieces.has(name));
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

/** Those of the named counts that are there; undefined where none is. */
function countsOf(names: readonly string[]) {
  return z
    .record(z.string(), z.unknown())
    .nullish()
    .catch(undefined)
    .transform((said) => {
      const counts = names.flatMap((name) => {
        const tokens = said?.[name];
        return typeof tokens === "number" ? [[name, count.parse(tokens)] as const] : [];
      });
      return counts.length === 0 ? undefined : Object.fromEntries(counts);
    });
}
