import type pg from "pg";
import type { HandedOver } from "../loop/splice-rounds.ts";
import { query } from "./query.ts";
import { messageFrom, type MessageColumns } from "./rows.ts";
import { storableJson } from "./storable-json.ts";

/**
 * What a run said was written by the statement that ended it, and bears its time; what its client sent
 * is older. So a copy of these calls that the client sent back is not taken for the run that made them.
 */
const handedOver = `
SELECT said.messages
  FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS wanted(calls, position)
 CROSS JOIN LATERAL (
   SELECT r.id AS run_id, r.finished_at, m.seq
     FROM messages m
     JOIN runs r ON r.id = m.run_id AND r.status = 'requires_action' AND r.finished_at = m.created_at
     JOIN conversations c ON c.id = m.conversation_id AND c.user_id = $1
    WHERE m.role = 'assistant' AND m.tool_calls @> wanted.calls
    ORDER BY m.seq DESC LIMIT 5
 ) AS asked
 CROSS JOIN LATERAL (
   SELECT jsonb_agg(to_jsonb(own) ORDER BY seq) AS messages FROM (
     SELECT role, content, tool_calls, tool_call_id, seq FROM messages
      WHERE run_id = asked.run_id AND created_at = asked.finished_at
   ) AS own
 ) AS said
 ORDER BY asked.seq DESC`;

/** See the port: `handedOver` of Conversations. */
export async function findHandedOver(
  pool: pg.Pool,
  userId: string,
  calls: readonly (readonly string[])[],
): Promise<readonly HandedOver[]> {
  const wanted = calls.map((ids) => ids.map((id) => ({ id })));
  const { rows } = await query<{ messages: MessageColumns[] }>(pool, handedOver, [
    userId,
    storableJson(wanted),
  ]);
  return rows.map(({ messages }) => messages.map(messageFrom));
}
