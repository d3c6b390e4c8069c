import { accepted } from "./accepted.ts";
import type { EmbedContext, Embedder, EmbeddingInput } from "../ports/memory.ts";

// The stack's own embedding server takes one request at a time, and two cores need half a second for
// 1,000 characters: a question that is asked meanwhile waits for one such request, and no longer.
const textsAtOnce = 8;
const charactersAtOnce = 1500;

// No embedding model refuses it.
const harmless = "dimension";

/**
 * A vector for each of many texts, in their order, by requests so small that whoever recalls something
 * meanwhile is not kept waiting.
 *
 * @param contextOf is asked before each request, so that each has its own time limit.
 * @returns undefined for a text that the server refuses, though it takes others.
 */
export async function embedInParts(
  embedder: Embedder,
  texts: readonly EmbeddingInput[],
  contextOf: () => EmbedContext,
): Promise<readonly (readonly number[] | undefined)[]> {
  const vectors: (readonly number[] | undefined)[] = [];
  const embed = (part: readonly EmbeddingInput[]) => embedder.embed(part, contextOf());
  for (const part of partsOf(texts)) {
    vectors.push(...(await accepted(part, embed, () => embed([harmless]))));
  }
  return vectors;
}

function* partsOf(texts: readonly EmbeddingInput[]): Generator<readonly EmbeddingInput[]> {
  let part: EmbeddingInput[] = [];
  let characters = 0;
  for (const text of texts) {
    const size = inputCharacters(text);
    const isFull = part.length === textsAtOnce || characters + size > charactersAtOnce;
    if (part.length > 0 && isFull) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(text);
    characters += size;
  }
  if (part.length > 0) yield part;
}

/** About as many: a token is four of them. */
export function inputCharacters(text: EmbeddingInput): number {
  return typeof text === "string" ? text.length : 4 * text.length;
}
