import { queryAgentDatabase } from "./agent-calls.ts";
import { eventually } from "./eventually.ts";
import { qdrantClient } from "./stores.ts";

/**
 * How many messages of a conversation are still to be remembered. Only its own: what an agent that
 * was killed had in hand stays there for a minute.
 */
export function waitingOf(conversationId: string): number {
  const sql = `SELECT count(*) FROM memory_outbox JOIN messages ON id = message_id
                WHERE conversation_id = '${conversationId}'`;
  return Number(queryAgentDatabase(sql));
}

export const isRemembered = (conversationId: string, patienceMs?: number): Promise<void> =>
  eventually(() => waitingOf(conversationId) === 0, "the conversation is remembered", patienceMs);

/** How many points the memory has: of one conversation, or of all. */
export async function pointsOf(conversationId?: string): Promise<number> {
  const filter = { must: [{ key: "conversation_id", match: { value: conversationId } }] };
  const { count } = await qdrantClient().count("agent_memory", {
    exact: true,
    ...(conversationId !== undefined && { filter }),
  });
  return count;
}

/** Waits until every message that is to be remembered is. */
export function allRemembered(): Promise<unknown> {
  return eventually(
    () => queryAgentDatabase("SELECT count(*) FROM memory_outbox") === "0",
    "the outbox is empty",
    90_000,
  );
}

/**
 * Adds long messages of one user, marked as remembered, so that filling a new collection with them takes
 * some seconds.
 */
export function addLongMessages(
  userId: string,
  { messages, words }: { readonly messages: number; readonly words: number },
): void {
  queryAgentDatabase(`
    WITH c AS (
      INSERT INTO conversations (id, user_id) VALUES (gen_random_uuid(), '${userId}') RETURNING id
    )
    INSERT INTO messages (id, conversation_id, role, content, remembered)
    SELECT gen_random_uuid(), c.id, 'user', to_jsonb(n || repeat(' walks along the shore', ${words})),
           true
      FROM c, generate_series(1, ${messages}) AS n`);
}
