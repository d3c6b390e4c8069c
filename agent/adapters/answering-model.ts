import type { ModelChunk } from "../ports/model-chunk.ts";
import type { Answer } from "./ask.ts";

/**
 * Names in each chunk the deployment that gives it. LiteLLM's chunks name the group that was asked for
 * (`planner`), or its fallback's; which model that is, it says before the first of them. Where it changes over in
 * the midst of an answer, only the chunks tell.
 */
export function answeringModel(headers: Answer["headers"]): (chunk: ModelChunk) => ModelChunk {
  const named = textOf(headers["x-litellm-model-name"]);
  const fallbacks = Number(textOf(headers["x-litellm-attempted-fallbacks"]) ?? 0);
  let first: string | undefined;
  return (chunk) => {
    first ??= chunk.model;
    if (chunk.model !== first) return { ...chunk, isFallback: true };
    if (named === undefined) return chunk;
    return { ...chunk, model: named.slice(0, longestName), isFallback: fallbacks > 0 };
  };
}

const longestName = 256;

function textOf(header: Answer["headers"][string]): string | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  return text === "" ? undefined : text;
}
