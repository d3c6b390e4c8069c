import { z } from "zod";
import { ApiError } from "../api-error.ts";
import type { MemoryHit, MemoryScope, VectorStore } from "../memory/memory.ts";

export interface QdrantAddress {
  readonly url: string;
  readonly apiKey: string | undefined;
  /** The alias; what it leads to may change at any time. */
  readonly alias: string;
}

const foundPoints = z.object({
  result: z.object({
    points: z.array(
      z.object({
        id: z.union([z.string(), z.number()]).transform(String),
        score: z.number(),
        payload: z.object({
          conversation_id: z.string(),
          message_id: z.string(),
          role: z.string(),
          text: z.string(),
          created_at: z.string(),
        }),
      }),
    ),
  }),
});

/** By plain HTTP: Qdrant's client takes no signal, and a recall has its time. */
export function qdrantMemory({ url, apiKey, alias }: QdrantAddress): VectorStore {
  const points = `${url.replace(/\/$/, "")}/collections/${encodeURIComponent(alias)}/points`;
  async function call(method: string, path: string, body: object, signal: AbortSignal) {
    const response = await fetch(`${points}${path}`, {
      method,
      signal,
      headers: { "content-type": "application/json", ...(apiKey && { "api-key": apiKey }) },
      body: JSON.stringify(body),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new ApiError(502, `Qdrant answered ${response.status}.`, { code: "memory" });
    }
    return response.json();
  }
  return {
    async search(vector, scope, limit, signal) {
      const query = { query: vector, using: "dense", filter: within(scope), limit };
      const found = await call("POST", "/query", { ...query, with_payload: true }, signal);
      return foundPoints.parse(found).result.points.map(asHit);
    },
    async upsert(written, signal) {
      const withNames = written.map((point) => ({ ...point, vector: { dense: point.vector } }));
      await call("PUT", "?wait=true", { points: withNames }, signal);
    },
    async removeMessages(messageIds, signal) {
      const filter = { must: [{ key: "message_id", match: { any: messageIds } }] };
      await call("POST", "/delete?wait=true", { filter }, signal);
    },
    async removeConversation(scope, signal) {
      await call("POST", "/delete?wait=true", { filter: within(scope) }, signal);
    },
  };
}

/** Every read goes through here, and none without its user. */
function within(scope: MemoryScope): object {
  const user = { key: "user_id", match: { value: scope.userId } };
  if ("everywhere" in scope) return { must: [user] };
  const conversation = { key: "conversation_id", match: { value: scope.conversationId } };
  return { must: [user, conversation] };
}

type FoundPoint = z.output<typeof foundPoints>["result"]["points"][number];

function asHit({ id, score, payload }: FoundPoint): MemoryHit {
  return {
    id,
    score,
    conversationId: payload.conversation_id,
    messageId: payload.message_id,
    role: payload.role,
    text: payload.text,
    createdAt: payload.created_at,
  };
}
