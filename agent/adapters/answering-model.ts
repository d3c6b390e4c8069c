import type { ModelChunk } from "../ports/model-chunk.ts";
import type { Answer } from "./ask.ts";

/** What LiteLLM says of an answer before the first of its chunks. */
export interface Answering {
  /** The deployment that answers; undefined where another server than LiteLLM does. */
  readonly model: string | undefined;
  /** Whether that stands in for the model that was asked for. */
  readonly isFallback: boolean;
}

export function answeringModel(headers: Answer["headers"]): Answering {
  const fallbacks = Number(textOf(headers["x-litellm-attempted-fallbacks"]) ?? 0);
  const model = textOf(headers["x-litellm-model-name"])?.slice(0, longestName);
  return { model, isFallback: fallbacks > 0 };
}

/**
 * Names in each chunk the deployment that gives it. LiteLLM's chunks name the group that was asked for
 * (`planner`), or its fallback's. Where it changes over in the midst of an answer, only the chunks tell.
 */
export function naming({ model, isFallback }: Answering): (chunk: ModelChunk) => ModelChunk {
  let first: string | undefined;
  return (chunk) => {
    first ??= chunk.model;
    if (chunk.model !== first) return { ...chunk, isFallback: true };
    return model === undefined ? chunk : { ...chunk, model, isFallback };
  };
}

const longestName = 256;

function textOf(header: Answer["headers"][string]): string | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  return text === "" ? undefined : text;
}
