import { z } from "zod";
import { ApiError, invalidRequest } from "../errors/api-error.ts";
import type { AgentSettings } from "../dependencies.ts";
import { inputCharacters } from "../memory/embed-in-parts.ts";
import type { EmbeddingInput } from "../ports/memory.ts";
import { resolveModel } from "./models-route.ts";

/** OpenAI's own bound. */
const mostTexts = 2048;
/** On two cores the stack's own server needs a few minutes for so many. */
const mostCharacters = 1_000_000;

const text = z.string().min(1);
const tokens = z.array(z.int().min(0)).min(1);

export const embeddingRequest = z
  .looseObject({
    model: z.string().min(1),
    input: z
      .union(
        [text, z.array(text).min(1).max(mostTexts), tokens, z.array(tokens).min(1).max(mostTexts)],
        {
          error: `it is a text, up to ${mostTexts} texts, or the tokens of these, and none is empty`,
        },
      )
      .meta({
        description: "Tokens are those of cl100k_base, as OpenAI's embedding models have them.",
      }),
    encoding_format: z.enum(["float", "base64"]).nullish(),
    dimensions: z.null({ error: "the model's vectors have one length; leave it out" }).optional(),
    user: z.string().max(256).nullish(),
  })
  .meta({ id: "EmbeddingRequest" });

export type EmbeddingRequest = z.output<typeof embeddingRequest>;

/** @throws ApiError 400 where there is more than is embedded at once. */
export function textsOf({ input }: EmbeddingRequest): readonly EmbeddingInput[] {
  const texts = typeof input === "string" || isTokens(input) ? [input] : input;
  const characters = texts.reduce((total, each) => total + inputCharacters(each), 0);
  if (characters <= mostCharacters) return texts;
  throw invalidRequest(`The texts have more than ${mostCharacters} characters in all.`, "input");
}

function isTokens(input: readonly unknown[]): input is readonly number[] {
  return typeof input[0] === "number";
}

/** @throws ApiError 404 for a name that is none of ours, 400 for one that answers chats. */
export function requireEmbeddingModel(name: string, settings: AgentSettings): void {
  if (settings.modelAliases.get(name) === settings.embeddingModel) return;
  if (name === settings.embeddingModel) return;
  resolveModel(name, settings);
  throw new ApiError(
    400,
    `${name} answers chats; /v1/embeddings takes ${settings.embeddingModel}.`,
    {
      code: "model_not_supported",
      param: "model",
    },
  );
}
