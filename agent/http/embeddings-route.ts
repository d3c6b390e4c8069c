import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { Dependencies } from "../dependencies.ts";
import { ApiError, invalidRequest } from "../errors/api-error.ts";
import { embedInParts } from "../memory/embed-in-parts.ts";
import type { EmbeddingInput } from "../ports/memory.ts";
import { runBounds } from "../runs/run-bounds.ts";
import { admitted } from "./answer-once.ts";
import type { ApiRoutes } from "./api-routes.ts";
import { userOf } from "./caller.ts";
import { clientSignal } from "./client-signal.ts";
import { embeddingRequest, requireEmbeddingModel, textsOf } from "./embedding-request.ts";
import { noteIgnoredFields } from "./ignored-fields.ts";
import { operation } from "./operation.ts";
import { requireOwnFields } from "./require-own-fields.ts";

const embeddingList = z
  .object({
    object: z.literal("list"),
    data: z.array(
      z.object({
        object: z.literal("embedding"),
        index: z.int(),
        embedding: z.union([z.array(z.number()), z.string()]).meta({
          description: "Numbers, or in base64 their 32-bit floats, little-endian.",
        }),
      }),
    ),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .meta({ id: "EmbeddingList" });

const createEmbedding = operation(
  { body: embeddingRequest },
  {
    id: "createEmbedding",
    summary:
      "OpenAI's embeddings, by the model that the agent's memory has. A text that is longer than the model reads is embedded by its beginning.",
    tag: "OpenAI",
    answer: embeddingList,
    errors: [400, 404, 408, 413, 415, 429, 502, 503, 504],
  },
);

/** OpenAI's embeddings, in parts that keep nobody's memory waiting. */
export function embeddingsRoute(routes: ApiRoutes, dependencies: Dependencies): void {
  const { settings } = dependencies;
  routes.post("/v1/embeddings", { schema: createEmbedding }, async (request, reply) => {
    const { body, caller } = request;
    requireOwnFields(body);
    requireEmbeddingModel(body.model, settings);
    noteIgnoredFields(embeddingRequest, body, reply);
    const texts = textsOf(body);
    const userId = userOf(request, caller, body.user);
    const client = clientSignal(reply);
    const { vectors, tokens } = await admitted({ caller, userId, reply }, dependencies, () =>
      embed(texts, { request, userId, client }, dependencies),
    );
    const encode = body.encoding_format === "base64" ? inBase64 : asIs;
    return {
      object: "list",
      data: vectors.map((vector, index) => ({
        object: "embedding",
        index,
        embedding: encode(vector),
      })),
      model: body.model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    };
  });
}

interface Asker {
  readonly request: FastifyRequest;
  readonly userId: string;
  readonly client: AbortSignal;
}

interface Embedded {
  readonly vectors: readonly (readonly number[])[];
  readonly tokens: number;
}

async function embed(
  texts: readonly EmbeddingInput[],
  { request, userId, client }: Asker,
  { embedder, tracing, settings, stopping }: Dependencies,
): Promise<Embedded> {
  const { traceparent } = request.headers;
  const { trusted } = request.caller;
  const from = { traceparent: typeof traceparent === "string" ? traceparent : undefined, trusted };
  const span = tracing.open("CHAIN", "embeddings.create", from);
  span.belongTo({ userId });
  const bounds = runBounds(client, stopping, settings.run.deadlineMs);
  let tokens = 0;
  const onTokens = (count: number) => {
    tokens += count;
  };
  try {
    const context = { signal: bounds.signal, span, onTokens };
    const found = await embedInParts(embedder, texts, () => context);
    return { vectors: found.map(requireVector), tokens };
  } catch (thrown) {
    const error = bounds.explain(thrown);
    span.fail(error);
    throw asRefusal(error);
  } finally {
    span.end();
  }
}

function requireVector(vector: readonly number[] | undefined, index: number): readonly number[] {
  if (vector !== undefined) return vector;
  throw invalidRequest(`The embedding server refuses text ${index}.`, "input");
}

/** A failure of the embedding server as our caller should see it. */
function asRefusal(cause: unknown): unknown {
  if (cause instanceof ApiError) return cause;
  const { status } = Object(cause) as { readonly status?: unknown };
  if (status === 429) {
    const details = { cause, code: "rate_limit_exceeded", retryAfterSeconds: 5 };
    return new ApiError(429, "The embedding server is rate limited.", details);
  }
  return new ApiError(502, "The embedding server failed.", { cause, code: "upstream" });
}

function asIs(vector: readonly number[]): readonly number[] {
  return vector;
}

function inBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [index, number] of vector.entries()) bytes.writeFloatLE(number, 4 * index);
  return bytes.toString("base64");
}
