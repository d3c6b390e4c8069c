import { LLM_TOKEN_COUNT_PROMPT } from "@arizeai/openinference-semantic-conventions";
import OpenAI, { APIError } from "openai";
import type { Embedder } from "../ports/memory.ts";
import { isOfInput, RefusedInput } from "../errors/refused-input.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { embeddedTexts } from "../telemetry/openinference.ts";

// A few texts at a time have a few hundred kilobytes of vectors.
const bounded = boundedFetch({ bodyBytes: 32_000_000, lineBytes: 0 });

export interface EmbeddingServer {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
}

export function litellmEmbeddings({ baseUrl, apiKey, model }: EmbeddingServer): Embedder {
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey,
    maxRetries: 0,
    logLevel: "off",
    fetch: bounded,
  });
  return {
    model,
    async embed(texts, { signal, span: parent }) {
      const span = parent.child("EMBEDDING", "embeddings");
      span.set(() => embeddedTexts(model, texts));
      try {
        const { data, usage } = await client.embeddings.create(
          // The client asks for base64 otherwise, which not every server speaks.
          { model, input: [...texts], encoding_format: "float" },
          { signal, headers: { traceparent: span.traceparent } },
        );
        span.set(() => ({ [LLM_TOKEN_COUNT_PROMPT]: usage.prompt_tokens }));
        const vectors = data.toSorted((a, b) => a.index - b.index).map((each) => each.embedding);
        if (vectors.length === texts.length && vectors.every(({ length }) => length > 0)) {
          return vectors;
        }
        throw new Error(`${model} gave ${vectors.length} embeddings for ${texts.length} texts.`);
      } catch (thrown) {
        // The client has one error for every abort; the signal knows whether it was the time.
        const error: unknown = signal.aborted ? signal.reason : classified(thrown);
        span.fail(error);
        throw error;
      } finally {
        span.end();
      }
    },
  };
}

/** Never with the server's words, which may quote the text. */
function classified(thrown: unknown): unknown {
  const status = thrown instanceof APIError ? Number(thrown.status) : NaN;
  if (!isOfInput(status)) return thrown;
  return new RefusedInput(`The embedding server answered ${status}.`, status);
}
