import { setTimeout as delay } from "node:timers/promises";
import OpenAI from "openai";
import { ensureSchema, qdrantClient } from "./adapters/qdrant-schema.ts";
import { parseAgentEnvironment } from "./contract/environment.ts";
import { memorySchema } from "./contract/memory-schema.ts";

// One-off commands that run inside the image, beside Qdrant and the embeddings, wherever Docker is:
//   node maintenance.ts ensure-schema    exit 0 created or equal, 3 different
const schemaDiffers = 3;
const wrongUsage = 64;
const patienceMs = 60_000;

const environment = parseAgentEnvironment(process.env);

async function ensureMemorySchema(): Promise<number> {
  const client = qdrantClient(environment.QDRANT_URL, environment.QDRANT_API_KEY);
  const schema = memorySchema({
    alias: environment.QDRANT_COLLECTION,
    embeddingModel: environment.EMBEDDING_MODEL,
    dimension: await patiently(embeddingDimension),
  });
  const result = await patiently(() => ensureSchema(client, schema));
  console.log(JSON.stringify(result));
  return result.status === "different" ? schemaDiffers : 0;
}

/** From a real embedding: what the model says, not what somebody wrote down. */
async function embeddingDimension(): Promise<number> {
  const client = new OpenAI({
    baseURL: environment.LITELLM_BASE_URL,
    apiKey: environment.LITELLM_API_KEY,
    maxRetries: 0,
  });
  const { data } = await client.embeddings.create({
    model: environment.EMBEDDING_MODEL,
    input: "dimension",
    // The client asks for base64 otherwise, which not every server speaks.
    encoding_format: "float",
  });
  const dimension = data[0]?.embedding.length ?? 0;
  if (dimension === 0) throw new Error(`${environment.EMBEDDING_MODEL} gave an empty embedding.`);
  return dimension;
}

/** Services may still be starting. */
async function patiently<T>(action: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(500);
    }
  }
}

if (process.argv[2] === "ensure-schema") {
  process.exitCode = await ensureMemorySchema();
} else {
  console.error("usage: node maintenance.ts ensure-schema");
  process.exitCode = wrongUsage;
}
