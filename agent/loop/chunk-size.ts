import type { ModelCallPart, ModelChunk, ModelDelta } from "../ports/model-chunk.ts";

/** How much there is of a chunk that a turn keeps. */
export function charactersOf({ choices: [choice] }: ModelChunk): number {
  if (choice === undefined) return 0;
  const { delta, logprobs } = choice;
  return (
    (delta.content ?? "").length +
    (delta.refusal ?? "").length +
    (logprobs ? JSON.stringify(logprobs).length : 0) +
    (delta.tool_calls ? sum(delta.tool_calls.map(callCharacters)) : 0) +
    stateCharacters(delta)
  );
}

/** The start of a chunk's words; nothing else of it is any use in part. */
export function startOfChunk(chunk: ModelChunk, characters: number): ModelChunk {
  const { content, reasoning_content: reasoning } = chunk.choices[0]?.delta ?? {};
  const thought = typeof reasoning === "string" ? reasoning.slice(0, characters) : "";
  const said = (content ?? "").slice(0, characters - thought.length);
  const delta = {
    content: said.toWellFormed(),
    ...(thought !== "" && { reasoning_content: thought.toWellFormed() }),
  };
  return { ...chunk, choices: [{ delta, finish_reason: null }] };
}

function callCharacters(part: ModelCallPart): number {
  const { id, function: called, provider_specific_fields: fields, extra_content: extra } = part;
  return (
    (id ?? "").length +
    (called?.name ?? "").length +
    (called?.arguments ?? "").length +
    jsonLength(called?.provider_specific_fields) +
    jsonLength(fields) +
    jsonLength(extra)
  );
}

/** Of most deltas nothing: the fields of a provider are looked at where there are some. */
function stateCharacters(delta: ModelDelta): number {
  return (
    lengthOf(delta.reasoning_content ?? delta.reasoning) +
    blocksLength(delta.thinking_blocks) +
    blocksLength(delta.reasoning_details) +
    jsonLength(delta.reasoning_items) +
    jsonLength(delta.provider_specific_fields)
  );
}

function lengthOf(text: unknown): number {
  return typeof text === "string" ? text.length : 0;
}

/** Of blocks that come piece by piece, what is new in each piece: not the names of their fields. */
function blocksLength(blocks: unknown): number {
  if (!Array.isArray(blocks)) return 0;
  const values = blocks.flatMap((block: object) => Object.entries(block));
  return sum(
    values.map(([name, value]) => {
      if (labels.has(name)) return 0;
      return typeof value === "string" ? value.length : jsonLength(value);
    }),
  );
}

/** The same in each piece, and short: `readChunk` sees to that. */
const labels: ReadonlySet<string> = new Set(["type", "format", "index"]);

function jsonLength(value: unknown): number {
  return value === undefined || value === null ? 0 : JSON.stringify(value).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
