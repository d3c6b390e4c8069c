import type pg from "pg";
import type {
  ItemPage,
  ItemPaging,
  OpenedResponse,
  Responses,
  ResponseStatus,
  StoredResponse,
} from "../ports/responses.ts";
import type { KeptItem, ResponseRecord } from "../runs/run-record.ts";
import { messageColumns, type MessageColumns, messageIn } from "./message-columns.ts";
import { query } from "./query.ts";
import { storableJson } from "./storable-json.ts";

export interface StoredResponses extends Responses {
  /**
   * Whether the response is all that is left of its conversation, and which of its messages are in
   * memory, or will be: these are withdrawn from the outbox.
   */
  readonly holdMemories: (id: string, userId: string) => Promise<HeldResponse | undefined>;
}

export interface HeldResponse {
  readonly conversationId: string | undefined;
  readonly isAllOfConversation: boolean;
  readonly remembered: readonly string[];
}

export function postgresResponses(pool: pg.Pool, lateSeconds = 0): StoredResponses {
  return {
    async open(response) {
      await query(pool, openResponse, openValues(response));
    },
    async close(id, record) {
      await query(pool, closeResponse, [id, storableJson(responseRow(record))]);
    },
    find: (id, userId) => find(pool, id, userId),
    inputItems: (id, userId, page) => inputItems(pool, id, userId, page),
    async items(ids, userId) {
      const { rows } = await query<{ item: KeptItem }>(pool, itemsById, [ids, userId]);
      return rows.map(({ item }) => item);
    },
    async history(id, userId, limit) {
      const { rows } = await query<MessageColumns & pg.QueryResultRow>(pool, messagesOfChain, [
        id,
        userId,
        limit,
      ]);
      return rows.map(messageIn);
    },
    async remove(id, userId) {
      return (await query(pool, removeResponse, [id, userId, lateSeconds])).rows.length === 1;
    },
    async holdMemories(id, userId) {
      return (await query<HeldResponse & pg.QueryResultRow>(pool, holdMemories, [id, userId]))
        .rows[0];
    },
  };
}

/** Responses of a process that died would look alive for ever. One agent serves a database at a time. */
export async function failStaleResponses(pool: pg.Pool): Promise<void> {
  const error = { code: "server_error", message: "The agent stopped during this response." };
  await pool.query({ text: failOpen, values: [storableJson(error)] });
  // Those that never came to their turn belong to no conversation that could take them along.
  await pool.query({ text: forgetNeverBegun, values: [] });
}

const failOpen = `
UPDATE responses
   SET status = 'failed', body = body || jsonb_build_object('status', 'failed', 'error', $1::jsonb)
 WHERE status IN ('queued', 'in_progress')`;

const forgetNeverBegun = `
DELETE FROM responses WHERE conversation_id IS NULL AND created_at < now() - interval '1 day'`;

/** How `finishRun` takes what is kept of a response. */
export function responseRow({ status, body, output }: ResponseRecord): object {
  return { status, body, output };
}

const insertItems = (rows: string, isOutput: boolean, id: string, from: string) => `
  INSERT INTO response_items (response_id, is_output, position, item_id, item)
  SELECT ${id}, ${String(isOutput)}, position, given.item->>'id', given.item
    FROM ${from} jsonb_array_elements(${rows}) WITH ORDINALITY AS given(item, position)
  ON CONFLICT DO NOTHING`;

/** The conversation may be deleted between the run's beginning and this. */
const openResponse = `
WITH conversation AS (
  SELECT id FROM conversations WHERE id = $3::uuid FOR KEY SHARE
), opened AS (
  INSERT INTO responses AS r
    (id, user_id, conversation_id, previous_id, reads_conversation, is_background, status, body)
  SELECT $1::uuid, $2, $3::uuid, $4::uuid, $5::boolean, $6::boolean, $7, $8::jsonb
   WHERE $3::uuid IS NULL OR EXISTS (SELECT FROM conversation)
  ON CONFLICT (id) DO UPDATE
     SET user_id = EXCLUDED.user_id, conversation_id = EXCLUDED.conversation_id,
         status = EXCLUDED.status, body = EXCLUDED.body
   WHERE r.status = 'queued'
  RETURNING id
)
${insertItems("$9::jsonb", false, "opened.id", "opened,")}`;

function openValues(response: OpenedResponse): unknown[] {
  return [
    response.id,
    response.userId,
    response.conversationId ?? null,
    response.previousId ?? null,
    response.readsConversation,
    response.isBackground,
    response.status,
    storableJson(response.body),
    storableJson(response.input),
  ];
}

/** The end of a response, for the statement that ends its run too: `$given` is one of `responseRow`. */
export const endResponse = (given: string, from: string, id: string) => `
  UPDATE responses SET status = ${given}::jsonb->>'status', body = ${given}::jsonb->'body'
    FROM ${from}
   WHERE responses.id = ${id} AND ${given}::jsonb IS NOT NULL
  RETURNING responses.id`;

export const keepOutput = (given: string, from: string) =>
  insertItems(`${given}::jsonb->'output'`, true, `${from}.id`, `${from},`);

const closeResponse = `
WITH ended AS (${endResponse("$2", "(SELECT $1::uuid AS id) AS given", "given.id")})
${keepOutput("$2", "ended")}`;

const mine = "IN (user_id, family)";

const findResponse = `
SELECT id, conversation_id AS "conversationId", is_background AS "isBackground", status, body,
       COALESCE((SELECT jsonb_agg(item ORDER BY position) FROM response_items
                  WHERE response_id = responses.id AND is_output), '[]') AS output
  FROM responses WHERE id = $1 AND $2 ${mine}`;

interface ResponseColumns {
  readonly id: string;
  readonly conversationId: string | null;
  readonly isBackground: boolean;
  readonly status: ResponseStatus;
  readonly body: object;
  readonly output: readonly KeptItem[];
}

async function find(
  pool: pg.Pool,
  id: string,
  userId: string,
): Promise<StoredResponse | undefined> {
  const [row] = (await query<ResponseColumns>(pool, findResponse, [id, userId])).rows;
  return row && { ...row, conversationId: row.conversationId ?? undefined };
}

const isThere = `SELECT id FROM responses WHERE id = $1 AND $2 ${mine}`;

const itemsPage = (order: "asc" | "desc") => `
SELECT item FROM response_items
 WHERE response_id = $1 AND NOT is_output
   AND ($2::text IS NULL OR position ${order === "asc" ? ">" : "<"}
        (SELECT max(position) FROM response_items
          WHERE response_id = $1 AND NOT is_output AND item_id = $2))
 ORDER BY position ${order} LIMIT $3`;
const pageBy = { asc: itemsPage("asc"), desc: itemsPage("desc") };

async function inputItems(
  pool: pg.Pool,
  id: string,
  userId: string,
  { limit, after, order }: ItemPaging,
): Promise<ItemPage | undefined> {
  if ((await query(pool, isThere, [id, userId])).rows.length === 0) return undefined;
  const values = [id, after ?? null, limit + 1];
  const { rows } = await query<{ item: KeptItem }>(pool, pageBy[order], values);
  return { data: rows.slice(0, limit).map(({ item }) => item), hasMore: rows.length > limit };
}

const itemsById = `
SELECT DISTINCT ON (i.item_id) i.item
  FROM response_items i JOIN responses r ON r.id = i.response_id AND $2 IN (r.user_id, r.family)
 WHERE i.item_id = ANY ($1::text[])
 ORDER BY i.item_id, r.id DESC, i.is_output DESC`;

/** From response to response; the first may have read its conversation, which is what came before it. */
const messagesOfChain = `
WITH RECURSIVE chain AS (
  SELECT id, previous_id, conversation_id, reads_conversation FROM responses
   WHERE id = $1 AND $2 ${mine}
  UNION
  SELECT p.id, p.previous_id, p.conversation_id, p.reads_conversation
    FROM responses p JOIN chain c ON p.id = c.previous_id WHERE $2 IN (p.user_id, p.family)
), said AS (
  SELECT ${messageColumns}, seq FROM messages WHERE run_id IN (SELECT id FROM chain)
  UNION ALL
  SELECT ${messageColumns}, seq FROM messages m
   WHERE m.conversation_id = (SELECT conversation_id FROM chain WHERE reads_conversation LIMIT 1)
     AND m.seq < (SELECT min(seq) FROM messages
                   WHERE run_id = (SELECT id FROM chain WHERE reads_conversation LIMIT 1))
)
SELECT ${messageColumns} FROM (SELECT * FROM said ORDER BY seq DESC LIMIT $3) AS last ORDER BY seq`;

const holdMemories = `
WITH response AS (
  SELECT id, conversation_id FROM responses WHERE id = $1 AND $2 ${mine}
), remembered AS (
  SELECT m.id FROM messages m JOIN response ON m.run_id = response.id WHERE m.remembered
), held AS (
  UPDATE memory_outbox AS o SET next_at = now() + interval '1 minute'
    FROM remembered WHERE o.message_id = remembered.id
)
SELECT response.conversation_id AS "conversationId",
       NOT EXISTS (SELECT FROM runs
                    WHERE conversation_id = response.conversation_id AND id <> response.id)
         AS "isAllOfConversation",
       ARRAY(SELECT id::text FROM remembered) AS remembered
  FROM response`;

/** With its run's messages and traces; what Phoenix has of it is removed later. */
const removeResponse = `
WITH gone AS (
  DELETE FROM responses WHERE id = $1 AND $2 ${mine} RETURNING id
), messages AS (
  DELETE FROM messages USING gone WHERE run_id = gone.id
), run AS (
  DELETE FROM runs USING gone WHERE runs.id = gone.id RETURNING conversation_id, trace_id
), erasure AS (
  INSERT INTO trace_erasures AS e (conversation_id, trace_ids, last_at)
  SELECT conversation_id, ARRAY[trace_id], now() + make_interval(secs => $3)
    FROM run WHERE trace_id IS NOT NULL
  ON CONFLICT (conversation_id) DO UPDATE
     SET trace_ids = ARRAY(SELECT DISTINCT unnest(e.trace_ids || EXCLUDED.trace_ids)),
         asked_at = now(), last_at = EXCLUDED.last_at, next_at = now()
)
SELECT id FROM gone`;
