import { z } from "zod";
import { ApiError } from "../errors/api-error.ts";
import type { MemoryHit, MemoryScope, VectorStore } from "../ports/memory.ts";
import { isOfInput, RefusedInput } from "../errors/refused-input.ts";
import { NeighbourAnswer } from "./neighbour-answer.ts";

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

const missingCollection = z.object({
  status: z.object({ error: z.string().regex(/^Not found: Collection .* doesn't exist/) }),
});

/** By plain HTTP: Qdrant's client takes no signal, and a recall has its time. */
export function qdrantMemory({ url, apiKey, alias }: QdrantAddress): VectorStore {
  const points = `${url.replace(/\/$/, "")}/collections/${encodeURIComponent(alias)}/points`;
  const ask = (method: string, path: string, body: object, signal: AbortSignal) =>
    fetch(`${points}${path}`, {
      method,
      signal,
      headers: { "content-type": "application/json", ...(apiKey && { "api-key": apiKey }) },
      body: JSON.stringify(body),
    });
  async function answerOf(response: Response): Promise<unknown> {
    if (response.ok) return response.json();
    const failure = await failureOf(response);
    const { status } = response;
    throw isOfInput(status) ? new RefusedInput(failure.message, status) : failure;
  }
  async function forget(filter: object, signal: AbortSignal) {
    const response = await ask("POST", "/delete?wait=true", { filter }, signal);
    if (response.ok) await response.body?.cancel();
    else if (!(await isWithoutCollection(response))) throw await failureOf(response);
  }
  return {
    async search(vector, scope, limit, signal) {
      const query = { query: vector, using: "dense", filter: within(scope), limit };
      const response = await ask("POST", "/query", { ...query, with_payload: true }, signal);
      if (await isWithoutCollection(response)) return [];
      const found: unknown = await answerOf(response);
      return foundPoints.parse(found).result.points.map(asHit);
    },
    async upsert(written, signal) {
      const withNames = written.map((point) => ({ ...point, vector: { dense: point.vector } }));
      await answerOf(await ask("PUT", "?wait=true", { points: withNames }, signal));
    },
    async removeMessages(messageIds, signal) {
      const filter = { must: [{ key: "message_id", match: { any: messageIds } }] };
      await forget(filter, signal);
    },
    async removeConversation(scope, signal) {
      await forget(within(scope), signal);
    },
  };
}

/** Nothing was ever remembered, so there is nothing to find or to forget. Any other 404 is of something else. */
async function isWithoutCollection(response: Response): Promise<boolean> {
  if (response.status !== 404) return false;
  const answer = missingCollection.safeParse(await response.json().catch(() => undefined));
  return answer.success;
}

async function failureOf(response: Response): Promise<ApiError> {
  if (!response.bodyUsed) await response.body?.cancel();
  const message = `Qdrant answered ${response.status}.`;
  const cause = new NeighbourAnswer(message, response.status);
  return new ApiError(502, message, { code: "memory", cause });
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
