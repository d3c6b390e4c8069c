import type pg from "pg";
import type { HandedOver } from "../loop/splice-rounds.ts";
import { messageColumns, type MessageColumns, messageIn } from "./message-columns.ts";
import { query } from "./query.ts";
import { storableJson } from "./storable-json.ts";

/**
 * What a run said was written by the statement that ended it, and has its time; what its client sent
 * is older. So a copy of these calls that the client sent back is not taken for the run that made them.
 *
 * Each OFFSET 0 is a fence: Postgres expects far more messages than ids ever find, and would rather
 * read whole tables than look up the few.
 */
const handedOver = `
SELECT said.messages
  FROM (
    SELECT run.id, run.finished_at, m.seq
      FROM (
        SELECT run_id, seq, created_at FROM messages
         WHERE role = 'assistant' AND tool_calls @> $2::jsonb OFFSET 0
      ) AS m
     CROSS JOIN LATERAL (
        SELECT r.id, r.finished_at
          FROM runs r JOIN conversations c ON c.id = r.conversation_id AND $1 IN (c.user_id, c.family)
         WHERE r.id = m.run_id AND r.status = 'requires_action' AND r.finished_at = m.created_at
        OFFSET 0
      ) AS run
     ORDER BY m.seq DESC LIMIT 5
  ) AS asked
 CROSS JOIN LATERAL (
   SELECT jsonb_agg(to_jsonb(own) ORDER BY seq) AS messages FROM (
     SELECT ${messageColumns}, seq FROM messages
      WHERE run_id = asked.id AND created_at = asked.finished_at
   ) AS own
 ) AS said
 ORDER BY asked.seq DESC`;

/** See `handedOver` of the port Conversations. */
export async function findHandedOver(
  pool: pg.Pool,
  userId: string,
  calls: readonly (readonly string[])[],
): Promise<readonly HandedOver[]> {
  const found = calls.map(async (ids) => {
    const wanted = storableJson(ids.map((id) => ({ id })));
    const { rows } = await query<{ messages: MessageColumns[] }>(pool, handedOver, [
      userId,
      wanted,
    ]);
    return rows.map(({ messages }) => messages.map(messageIn));
  });
  return (await Promise.all(found)).flat();
}
