import { z } from "zod";
import { ApiError } from "../errors/api-error.ts";
import type { MemoryHit, MemoryScope, VectorStore } from "../ports/memory.ts";
import { isOfInput, RefusedInput } from "../errors/refused-input.ts";
import { type Answer, ask, isOk, wholeText } from "./ask.ts";
import { NeighbourAnswer } from "./neighbour-answer.ts";
import { parsedJson } from "./parsed-json.ts";

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

// Fifty pieces of messages, or the words of a refusal.
const answerBytes = 8_000_000;

/** By plain HTTP: Qdrant's client takes no signal, and a recall has its time. */
export function qdrantMemory({ url, apiKey, alias }: QdrantAddress): VectorStore {
  const points = `${url.replace(/\/$/, "")}/collections/${encodeURIComponent(alias)}/points`;
  const headers = apiKey === undefined ? {} : { "api-key": apiKey };
  async function askPoints(
    method: "POST" | "PUT",
    path: string,
    body: object,
    signal: AbortSignal,
  ) {
    const answer = await ask(`${points}${path}`, { method, headers, body, signal });
    return { answer, text: await wholeText(answer, answerBytes) };
  }
  async function forget(filter: object, signal: AbortSignal) {
    const { answer, text } = await askPoints("POST", "/delete?wait=true", { filter }, signal);
    if (!isOk(answer) && !isWithoutCollection(answer, text)) throw failureOf(answer);
  }
  return {
    async search(vector, scope, limit, signal) {
      const query = { query: vector, using: "dense", filter: within(scope), limit };
      const asked = { ...query, with_payload: true };
      const { answer, text } = await askPoints("POST", "/query", asked, signal);
      if (isWithoutCollection(answer, text)) return [];
      if (!isOk(answer)) throw refusalOf(answer);
      return foundPoints.parse(JSON.parse(text)).result.points.map(asHit);
    },
    async upsert(written, signal) {
      const withNames = written.map((point) => ({ ...point, vector: { dense: point.vector } }));
      const { answer } = await askPoints("PUT", "?wait=true", { points: withNames }, signal);
      if (!isOk(answer)) throw refusalOf(answer);
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
function isWithoutCollection({ statusCode }: Answer, text: string): boolean {
  return statusCode === 404 && missingCollection.safeParse(parsedJson(text)).success;
}

function refusalOf(answer: Answer): Error {
  const failure = failureOf(answer);
  const { statusCode } = answer;
  return isOfInput(statusCode) ? new RefusedInput(failure.message, statusCode) : failure;
}

function failureOf({ statusCode }: Answer): ApiError {
  const message = `Qdrant answered ${statusCode}.`;
  const cause = new NeighbourAnswer(message, statusCode);
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
