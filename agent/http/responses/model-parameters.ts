import type { ModelRequest } from "../../ports/ports.ts";
import { parametersOf } from "../chat-request.ts";
import type { ResponseRequest } from "./response-request.ts";

/** A response's parameters by the names that chat completions have for them. */
export function modelParameters(request: ResponseRequest): Partial<ModelRequest> {
  const { text, reasoning, include, top_logprobs: top } = request;
  const wantsLogprobs = (include ?? []).includes("message.output_text.logprobs") || (top ?? 0) > 0;
  return parametersOf({
    temperature: request.temperature,
    top_p: request.top_p,
    presence_penalty: request.presence_penalty,
    frequency_penalty: request.frequency_penalty,
    max_completion_tokens: request.max_output_tokens,
    response_format: responseFormat(text?.format),
    verbosity: text?.verbosity,
    reasoning_effort: reasoning?.effort,
    logprobs: wantsLogprobs ? true : undefined,
    top_logprobs: wantsLogprobs ? top : undefined,
    service_tier: request.service_tier,
    prompt_cache_key: request.prompt_cache_key,
    prompt_cache_retention: request.prompt_cache_retention,
  });
}

type Format = NonNullable<NonNullable<ResponseRequest["text"]>["format"]>;

/** Plain text is what a model gives unasked, and some refuse to be asked for it. */
function responseFormat(format: Format | null | undefined): object | undefined {
  if (!format || format.type === "text") return undefined;
  if (format.type === "json_object") return format;
  const { type, description, strict, ...named } = format;
  return {
    type,
    json_schema: {
      ...named,
      ...(description && { description }),
      ...(typeof strict === "boolean" && { strict }),
    },
  };
}
