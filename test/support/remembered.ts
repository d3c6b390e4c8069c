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

/** How many points the memory holds: of one conversation, or of all. */
export async function pointsOf(conversationId?: string): Promise<number> {
  const filter = { must: [{ key: "conversation_id", match: { value: conversationId } }] };
  const { count } = await qdrantClient().count("agent_memory", {
    exact: true,
    ...(conversationId !== undefined && { filter }),
  });
  return count;
}
