import type pg from "pg";
import type { Erasures } from "../ports/erasures.ts";
import { query } from "./query.ts";

// As in the outbox of memory, a claim is a lease on the row's own `next_at`. It is longer than 16
// conversations take.
const claim = `
WITH due AS (
  SELECT conversation_id FROM trace_erasures WHERE next_at <= now()
   ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE trace_erasures AS e SET next_at = now() + interval '15 minutes' FROM due
 WHERE e.conversation_id = due.conversation_id
RETURNING e.conversation_id AS "conversationId", e.trace_ids AS "traceIds",
          EXISTS (SELECT FROM conversations c WHERE c.id = e.conversation_id) AS "isTakenAgain",
          e.next_at::text AS lease`;

const mine = "conversation_id = $1 AND next_at = $2::timestamptz";

// Spans come late: the agent's after a second, LiteLLM's after some more, a run's that is still going on
// when it ends.
const complete = `
WITH done AS (DELETE FROM trace_erasures WHERE ${mine} AND last_at <= now())
UPDATE trace_erasures
   SET next_at = CASE WHEN now() < asked_at + interval '30 seconds'
                      THEN least(asked_at + interval '30 seconds', last_at) ELSE last_at END,
       attempts = 0, last_error = NULL
 WHERE ${mine} AND last_at > now()`;

// Two seconds, then twice as long each time, five minutes at most.
const postpone = `
UPDATE trace_erasures SET last_error = $3, attempts = attempts + 1,
       next_at = now() + least(interval '5 minutes', interval '2 seconds' * 2 ^ least(attempts, 9))
 WHERE ${mine}`;

export function postgresErasures(pool: pg.Pool): Erasures {
  return {
    async claim(limit) {
      return (await query<Awaited<ReturnType<Erasures["claim"]>>[number]>(pool, claim, [limit]))
        .rows;
    },
    async complete({ conversationId, lease }) {
      await query(pool, complete, [conversationId, lease]);
    },
    async postpone({ conversationId, lease }, reason) {
      await query(pool, postpone, [conversationId, lease, reason.slice(0, 500)]);
    },
    async pending() {
      const sql = "SELECT count(*)::int AS pending FROM trace_erasures";
      return (await query<{ pending: number }>(pool, sql)).rows[0]?.pending ?? 0;
    },
  };
}
