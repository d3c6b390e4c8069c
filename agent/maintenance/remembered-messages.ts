import type pg from "pg";
import { isoTime } from "../adapters/iso-time.ts";
import type { RememberedMessage } from "../memory/pieces.ts";

/** All that memory should hold, oldest first, by a cursor that new messages only add to. */
export interface RememberedMessages {
  readonly after: (seq: string, limit: number) => Promise<readonly Remembered[]>;
  /** Those of the ids whose messages were deleted or superseded. */
  readonly missing: (messageIds: readonly string[]) => Promise<readonly string[]>;
}

export interface Remembered extends RememberedMessage {
  /** A bigint, in decimal. */
  readonly seq: string;
}

export function rememberedMessages(pool: pg.Pool): RememberedMessages {
  return {
    async after(seq, limit) {
      const { rows } = await pool.query<Remembered>(page, [seq, limit]);
      return rows;
    },
    async missing(messageIds) {
      const { rows } = await pool.query<{ id: string }>(
        `SELECT id FROM unnest($1::uuid[]) AS id
          WHERE id NOT IN (SELECT id FROM messages WHERE id = ANY($1) AND superseded_at IS NULL)`,
        [messageIds],
      );
      return rows.map(({ id }) => id);
    },
  };
}

const page = `
SELECT m.seq::text AS seq, m.id AS "messageId", m.conversation_id AS "conversationId",
       c.user_id AS "userId", m.role, m.content,
       ${isoTime("m.created_at")} AS "createdAt"
  FROM messages m JOIN conversations c ON c.id = m.conversation_id
 WHERE m.remembered AND m.superseded_at IS NULL AND m.seq > $1::bigint ORDER BY m.seq LIMIT $2`;
