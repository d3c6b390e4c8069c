import type pg from "pg";
import type {
  Claim,
  IdempotencyKeys,
  KeptAnswer,
  KeyedRequest,
} from "../ports/idempotency-keys.ts";
import { query } from "./query.ts";

export interface StoredIdempotencyKeys extends IdempotencyKeys {
  /** Forgets the keys whose day is over. */
  readonly purge: () => Promise<void>;
}

/** The time of the lock is its token: who took a key over has another. */
const claimKey = `
INSERT INTO idempotency_keys AS k (principal, key, request_hash, status)
VALUES ($1, $2, $3, 'in_progress')
ON CONFLICT (principal, key) DO UPDATE
   SET request_hash = EXCLUDED.request_hash, status = 'in_progress', http_status = NULL,
       response = NULL, conversation_id = NULL, locked_at = now(), expires_at = now() + interval '24 hours'
 WHERE k.expires_at < now()
    OR (k.status = 'in_progress' AND k.locked_at < now() - make_interval(secs => $4))
RETURNING locked_at::text AS "lockedAt"`;

const readKey = `
SELECT request_hash AS hash, status, http_status AS "httpStatus", response
  FROM idempotency_keys WHERE principal = $1 AND key = $2`;

const ours = "principal = $1 AND key = $2 AND status = 'in_progress' AND locked_at::text = $3";

// The lock makes a deletion of the conversation wait for this, or this for the deletion.
const keepAnswer = `
WITH conversation AS (SELECT id FROM conversations WHERE id = $6::uuid FOR KEY SHARE)
UPDATE idempotency_keys
   SET status = 'done', http_status = $4, response = $5::json, conversation_id = $6::uuid
 WHERE ${ours} AND ($6::uuid IS NULL OR EXISTS (SELECT FROM conversation))`;

interface Row {
  readonly hash: Buffer;
  readonly status: "in_progress" | "done";
  readonly httpStatus: number;
  readonly response: Omit<KeptAnswer, "status">;
}

/** @param lockSeconds after which a request that was never answered holds its key no longer. */
export function postgresIdempotency(pool: pg.Pool, lockSeconds: number): StoredIdempotencyKeys {
  async function claim(request: KeyedRequest): Promise<Claim> {
    const { principal, key, hash } = request;
    const values = [principal, key, hash, lockSeconds];
    const { rows } = await query<{ lockedAt: string }>(pool, claimKey, values);
    const [begun] = rows;
    if (begun) return begunClaim(pool, [principal, key, begun.lockedAt]);
    const [found] = (await query<Row>(pool, readKey, [principal, key])).rows;
    // It was released between the two questions.
    if (!found) return claim(request);
    if (!found.hash.equals(hash)) return { kind: "other request" };
    if (found.status === "in_progress") return { kind: "running" };
    return { kind: "answered", answer: { ...found.response, status: found.httpStatus } };
  }
  return {
    claim,
    async purge() {
      await query(pool, "DELETE FROM idempotency_keys WHERE expires_at < now()");
    },
  };
}

/** Keys of a process that died: one agent serves a database at a time. */
export async function releaseStaleKeys(pool: pg.Pool): Promise<void> {
  await pool.query("DELETE FROM idempotency_keys WHERE status = 'in_progress'");
}

function begunClaim(pool: pg.Pool, own: readonly string[]): Claim {
  const release = async () => {
    await query(pool, `DELETE FROM idempotency_keys WHERE ${ours}`, own);
  };
  return {
    kind: "begun",
    release,
    async keep({ status, ...response }, conversationId) {
      // A column of type json keeps it to the letter, NUL and half characters too.
      const values = [...own, status, JSON.stringify(response), conversationId ?? null];
      const { rowCount } = await query(pool, keepAnswer, values);
      // The conversation was deleted meanwhile, and nothing of it is kept.
      if (rowCount === 0) await release();
    },
  };
}
