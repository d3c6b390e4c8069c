import { z } from "zod";
import type { Embedder } from "../ports/memory.ts";
import { isOfInput, RefusedInput } from "../errors/refused-input.ts";
import { ask, isOk, wholeText } from "./ask.ts";
import { NeighbourAnswer } from "./neighbour-answer.ts";
import { embeddedTexts } from "../telemetry/openinference.ts";

// A few texts at a time have a few hundred kilobytes of vectors.
const answerBytes = 32_000_000;

const embeddings = z.object({
  data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()) })),
  usage: z.object({ prompt_tokens: z.int() }).optional().catch(undefined),
});

export interface EmbeddingServer {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
}

export function litellmEmbeddings({ baseUrl, apiKey, model }: EmbeddingServer): Embedder {
  const address = `${baseUrl.replace(/\/$/, "")}/embeddings`;
  const authorization = `Bearer ${apiKey}`;
  return {
    model,
    async embed(texts, { signal, span: parent, onTokens }) {
      const span = parent.child("EMBEDDING", "embeddings");
      span.set(() => embeddedTexts(model, texts));
      try {
        const answer = await ask(address, {
          method: "POST",
          headers: { authorization, ...span.headers },
          body: { model, input: texts, encoding_format: "float" },
          signal,
        });
        const text = await wholeText(answer, answerBytes);
        if (!isOk(answer)) throw refused(answer.statusCode);
        const { data, usage } = embeddings.parse(JSON.parse(text));
        if (usage) onTokens?.(usage.prompt_tokens);
        const vectors = data.toSorted((a, b) => a.index - b.index).map((each) => each.embedding);
        if (vectors.length === texts.length && vectors.every(({ length }) => length > 0)) {
          return vectors;
        }
        throw new Error(`${model} gave ${vectors.length} embeddings for ${texts.length} texts.`);
      } catch (thrown) {
        // Whatever an abort looks like, the signal knows whether it was the time.
        const error: unknown = signal.aborted ? signal.reason : thrown;
        span.fail(error);
        throw error;
      } finally {
        span.end();
      }
    },
  };
}

/** Never with the server's words, which may quote the text. */
function refused(status: number): Error {
  const message = `The embedding server answered ${status}.`;
  return isOfInput(status)
    ? new RefusedInput(message, status)
    : new NeighbourAnswer(message, status);
}
