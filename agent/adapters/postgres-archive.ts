import type pg from "pg";
import type {
  ConversationArchive,
  ConversationExport,
  ConversationHead,
  ConversationPage,
  Paging,
} from "../ports/conversation-archive.ts";
import { isoTime } from "./iso-time.ts";
import { query } from "./query.ts";
import { storedMessageFrom } from "./rows.ts";
import { head, headOf, storedMessage } from "./statements.ts";

/** Rows that are held at a time: a tool's result may have 16,000 characters. */
const pageRows = 200;

// Both columns are compared as one: several may have been used in the same microsecond.
const listed = `
SELECT ${head} FROM conversations
 WHERE family = split_part($1, '/', 1) AND $1 IN (user_id, family)
   AND ($2::uuid IS NULL
        OR (conversations.updated_at, id) <
           (SELECT c.updated_at, c.id FROM conversations c WHERE c.id = $2 AND $1 IN (c.user_id, c.family)))
 ORDER BY conversations.updated_at DESC, id DESC LIMIT $3`;

const messages = `
SELECT seq::text AS cursor, ${storedMessage}
  FROM messages WHERE conversation_id = $1 AND seq > $2::bigint ORDER BY seq LIMIT ${pageRows}`;

// Ids of ours grow with time.
const runs = `
SELECT id AS cursor, id, endpoint, status, model, finish_reason, stop_reason, steps, prompt_tokens,
       completion_tokens, error, trace_id, metadata, ${isoTime("started_at")} AS started_at,
       ${isoTime("finished_at")} AS finished_at
  FROM runs WHERE conversation_id = $1 AND id > $2::uuid ORDER BY id LIMIT ${pageRows}`;

const executions = `
SELECT e.id AS cursor, e.id, e.run_id, e.step, e.tool_call_id, e.name, e.arguments, e.status,
       e.result, e.error, e.duration_ms
  FROM tool_executions e JOIN runs r ON r.id = e.run_id
 WHERE r.conversation_id = $1 AND e.id > $2::uuid ORDER BY e.id LIMIT ${pageRows}`;

const firstId = "00000000-0000-0000-0000-000000000000";

export function postgresArchive(pool: pg.Pool): ConversationArchive {
  return {
    list: (userId, page) => list(pool, userId, page),
    open: (id, userId) => open(pool, id, userId),
  };
}

async function list(
  pool: pg.Pool,
  userId: string,
  { limit, after }: Paging,
): Promise<ConversationPage> {
  const values = [userId, after ?? null, limit + 1];
  const { rows } = await query<ConversationHead>(pool, listed, values);
  return { data: rows.slice(0, limit), hasMore: rows.length > limit };
}

async function open(
  pool: pg.Pool,
  id: string,
  userId: string,
): Promise<ConversationExport | undefined> {
  const [found] = (await query<ConversationHead>(pool, headOf, [id, userId])).rows;
  if (!found) return undefined;
  return {
    head: found,
    parts: {
      messages: () => pages(pool, messages, [id, "0"], storedMessageFrom),
      runs: () => pages(pool, runs, [id, firstId], (row) => row),
      tool_executions: () => pages(pool, executions, [id, firstId], (row) => row),
    },
  };
}

/** @param shown a row as it is exported; its columns are those that `sql` selects. */
async function* pages(
  pool: pg.Pool,
  sql: string,
  [id, first]: readonly [string, string],
  shown: (row: never) => object,
): AsyncGenerator<readonly object[]> {
  const cut = `SELECT cursor, to_jsonb(page) - 'cursor' AS row FROM (${sql}) AS page`;
  let from = first;
  for (;;) {
    const { rows } = await query<{ cursor: string; row: never }>(pool, cut, [id, from]);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ row }) => shown(row));
    if (rows.length < pageRows) return;
    from = last.cursor;
  }
}
