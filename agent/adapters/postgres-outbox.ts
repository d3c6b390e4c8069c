import type pg from "pg";
import type { Outbox } from "../ports/outbox.ts";
import { isoTime } from "./iso-time.ts";
import { query } from "./query.ts";

export function postgresOutbox(pool: pg.Pool): Outbox {
  return {
    async claim(limit) {
      const { rows } = await query<ClaimedRow>(pool, claim, [limit]);
      return rows.map((row) => ({
        messageId: row.message_id,
        conversationId: row.conversation_id,
        userId: row.user_id,
        role: row.role,
        content: row.content,
        createdAt: row.created_at,
        isSuperseded: row.is_superseded,
        traceparent: row.traceparent,
        lease: row.lease,
      }));
    },
    async complete(entries) {
      const { rows } = await query<{ message_id: string }>(pool, complete, [
        entries.map(({ messageId }) => messageId),
        entries.map(({ lease }) => lease),
      ]);
      const completed = new Set(rows.map((row) => row.message_id));
      return entries.map(({ messageId }) => messageId).filter((id) => !completed.has(id));
    },
    async postpone(entries, reason) {
      await query(pool, postpone, [
        entries.map(({ messageId }) => messageId),
        entries.map(({ lease }) => lease),
        reason.slice(0, 500),
      ]);
    },
    async depth() {
      const { rows } = await query<{ depth: number }>(
        pool,
        "SELECT count(*)::int AS depth FROM memory_outbox",
      );
      return rows[0]?.depth ?? 0;
    },
  };
}

interface ClaimedRow {
  readonly message_id: string;
  readonly conversation_id: string;
  readonly user_id: string;
  readonly role: string;
  readonly content: unknown;
  readonly created_at: string;
  readonly is_superseded: boolean;
  readonly traceparent: string | null;
  readonly lease: string;
}

// A claim is a lease on the row's own `next_at`: a process that dies gives it back by time alone,
// and one that comes too late, or meets a deletion, finds another value there.
const claim = `
WITH due AS (
  SELECT message_id FROM memory_outbox WHERE next_at <= now()
   ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE memory_outbox AS o SET next_at = now() + interval '1 minute', attempts = attempts + 1
    FROM due WHERE o.message_id = due.message_id
  RETURNING o.message_id, o.traceparent, o.next_at::text AS lease
)
SELECT c.message_id, m.conversation_id, v.user_id, m.role, m.content, c.traceparent, c.lease,
       m.superseded_at IS NOT NULL AS is_superseded,
       ${isoTime("m.created_at")} AS created_at
  FROM claimed c JOIN messages m ON m.id = c.message_id
  JOIN conversations v ON v.id = m.conversation_id
 ORDER BY m.seq`;

const stillMine = `
  unnest($1::uuid[], $2::text[]) AS mine(message_id, lease)
 WHERE o.message_id = mine.message_id AND o.next_at = mine.lease::timestamptz`;

const complete = `DELETE FROM memory_outbox AS o USING ${stillMine} RETURNING o.message_id`;

// Two seconds, then twice as long each time, five minutes at most.
const postpone = `
UPDATE memory_outbox AS o SET last_error = $3,
       next_at = now() + least(interval '5 minutes', interval '1 second' * 2 ^ least(attempts, 9))
  FROM ${stillMine}`;
