import { isoTime } from "./iso-time.ts";
import { messageColumns, messageValues } from "./message-columns.ts";
import { endResponse, keepOutput } from "./postgres-responses.ts";

/** Rows come as one JSON array; the order of the array becomes the order of `seq`. */
const insertMessages = (rows: string, conversationId: string, runId: string, from: string) => `
  INSERT INTO messages
    (id, conversation_id, run_id, ${messageColumns}, remembered, external_id, external_parent)
  SELECT (m->>'id')::uuid, ${conversationId}, ${runId}, ${messageValues}, m ? 'remember',
         m->>'external_id', m->>'external_parent'
    FROM ${from} jsonb_array_elements(${rows}::jsonb) WITH ORDINALITY AS given(m, position)
   ORDER BY position`;

const remember = (rows: string, from: string) => `
  INSERT INTO memory_outbox (message_id, traceparent)
  SELECT (m->>'id')::uuid, m->>'remember' FROM ${from}, jsonb_array_elements(${rows}::jsonb) AS m
   WHERE m ? 'remember'`;

/**
 * The run begins its conversation, or goes on with it: that is touched now, and at the run's end where that
 * is long after. No row comes back when the conversation belongs to somebody else.
 */
const beginRun = (identity: string) => `
WITH conversation AS (
  INSERT INTO conversations AS c (id, external_id, user_id, source, metadata, title)
  VALUES ($1::uuid, $2::text, $3::text, $4::text, $9::jsonb, $12::text)
  ON CONFLICT ${identity} DO UPDATE
     SET updated_at = now(), title = COALESCE(c.title, EXCLUDED.title)
   WHERE EXCLUDED.user_id IN (c.user_id, c.family)
  RETURNING id, user_id
), run AS (
  INSERT INTO runs (id, conversation_id, endpoint, status, model, trace_id, metadata)
  SELECT $5::uuid, id, $6::text, 'running', $7::text, $8::text, $9::jsonb FROM conversation
), added AS (${insertMessages("$10", "conversation.id", "$5::uuid", "conversation,")}
), remembered AS (${remember("$10", "conversation")}
)
SELECT conversation.id, conversation.user_id AS "userId", COALESCE((
  SELECT jsonb_agg(to_jsonb(recent) ORDER BY seq) FROM (
    SELECT ${messageColumns}, seq FROM messages
     WHERE conversation_id = conversation.id AND role IN ('user', 'assistant', 'tool')
       AND superseded_at IS NULL
     ORDER BY seq DESC LIMIT $11::int
  ) AS recent), '[]') AS history,
  EXISTS (SELECT FROM messages WHERE conversation_id = conversation.id) AS "hasEarlier"
FROM conversation`;

export const beginRunById = beginRun("(id)");
export const beginRunByExternalId = beginRun(
  "(user_id, source, external_id) WHERE external_id IS NOT NULL",
);

/**
 * `status || ''` is a fence: Postgres would rather read all of `runs_stale`, whose entries of runs that
 * have ended stay until a vacuum, than look one run up by its id.
 */
export const finishRun = `
WITH run AS (
  UPDATE runs SET status = $3, finish_reason = $4, stop_reason = $5, steps = $6,
         prompt_tokens = $7, completion_tokens = $8, error = $9::jsonb, finished_at = now(),
         model = COALESCE($12::text, model)
   WHERE id = $1::uuid AND status || '' = 'running' AND conversation_id = $2::uuid
  RETURNING id, conversation_id
), touched AS (
  UPDATE conversations SET updated_at = now() FROM run
   WHERE conversations.id = run.conversation_id AND updated_at < now() - interval '10 seconds'
), added AS (${insertMessages("$10", "run.conversation_id", "run.id", "run,")}
), remembered AS (${remember("$10", "run")}
), response AS (${endResponse("$13", "run", "run.id")}
), output AS (${keepOutput("$13", "response")}
)
INSERT INTO tool_executions
  (id, run_id, step, tool_call_id, name, arguments, status, result, error, duration_ms)
SELECT e.id, run.id, e.step, e.tool_call_id, e.name, e.arguments, e.status, e.result, e.error,
       e.duration_ms
  FROM run, jsonb_to_recordset($11::jsonb) AS e(id uuid, step int, tool_call_id text, name text,
       arguments jsonb, status text, result jsonb, error text, duration_ms int)`;

/** The run is closed, and its record kept as text, of which the newest hundred stay. */
export const setRecordAside = `
WITH run AS (
  UPDATE runs SET status = 'failed', error = $2::jsonb, finished_at = now()
   WHERE id = $1::uuid AND status || '' = 'running'
  RETURNING id
), response AS (
  UPDATE responses SET status = 'failed', body = body || '{"status": "failed"}'
    FROM run WHERE responses.id = run.id
), kept AS (
  INSERT INTO refused_records (run_id, reason, record) SELECT id, $3, $4 FROM run
)
DELETE FROM refused_records WHERE run_id IN
  (SELECT run_id FROM refused_records ORDER BY refused_at DESC OFFSET 99)`;

/** What is shown of a conversation beside its messages. */
export const head = `id, NULLIF(substr(user_id, length(family) + 2), '') AS user, source, title, metadata, ${isoTime("created_at")} AS created_at,
       ${isoTime("updated_at")} AS updated_at`;

export const headOf = `SELECT ${head} FROM conversations WHERE id = $1 AND $2 IN (user_id, family)`;

export const storedMessage = `id, run_id, ${messageColumns},
       ${isoTime("created_at")} AS created_at, ${isoTime("superseded_at")} AS superseded_at`;

export const messagesPage = `
SELECT ${storedMessage}
  FROM messages
 WHERE conversation_id = $1
   AND seq > COALESCE((SELECT seq FROM messages WHERE id = $2::uuid AND conversation_id = $1), 0)
 ORDER BY seq LIMIT $3`;

/** Those whom a client has named, of a conversation that it has named, too. */
export const namedMessages = `
SELECT m.id, m.external_id AS "externalId", m.external_parent AS "externalParent",
       m.superseded_at IS NOT NULL AS "isSuperseded", CASE WHEN m.remembered THEN m.content END AS content
  FROM messages m JOIN conversations c ON c.id = m.conversation_id
 WHERE c.user_id = $1 AND c.source = $2 AND c.external_id = $3 AND m.external_id IS NOT NULL
 ORDER BY m.seq`;

/** Memory follows: what is superseded is forgotten, what is reinstated is remembered again. */
export const supersede = `
WITH changed AS (
  UPDATE messages SET superseded_at = CASE WHEN id = ANY($1::uuid[]) THEN now() END
   WHERE id = ANY($1::uuid[]) OR id = ANY($2::uuid[])
  RETURNING id, remembered
)
INSERT INTO memory_outbox (message_id, traceparent) SELECT id, $3 FROM changed WHERE remembered
ON CONFLICT (message_id) DO UPDATE SET next_at = now(), attempts = 0, last_error = NULL`;

/** Gives back whose the conversation is. */
export const holdMemories = `
WITH conversation AS (
  SELECT id, user_id FROM conversations WHERE id = $1 AND $2 IN (user_id, family)
), held AS (
  UPDATE memory_outbox AS o SET next_at = now() + interval '1 minute'
    FROM messages m JOIN conversation c ON c.id = m.conversation_id
   WHERE o.message_id = m.id
)
SELECT user_id AS "userId" FROM conversation`;

/** What Phoenix has of it is removed later: see `trace_erasures`. $3: seconds that a span may be late. */
export const removeConversation = `
WITH gone AS (
  DELETE FROM conversations WHERE id = $1 AND $2 IN (user_id, family) RETURNING id
), erasure AS (
  INSERT INTO trace_erasures AS e (conversation_id, trace_ids, last_at)
  SELECT id, ARRAY(SELECT DISTINCT trace_id FROM runs
                    WHERE conversation_id = gone.id AND trace_id IS NOT NULL),
         now() + make_interval(secs => $3)
    FROM gone
  ON CONFLICT (conversation_id) DO UPDATE
     SET trace_ids = ARRAY(SELECT DISTINCT unnest(e.trace_ids || EXCLUDED.trace_ids)),
         asked_at = now(), last_at = EXCLUDED.last_at, next_at = now()
)
SELECT id FROM gone`;

/** Only a trusted client names its own. */
export const conversationsOfChat = `
SELECT id, user_id AS "userId" FROM conversations WHERE external_id = $1`;

export const idleConversations = `
SELECT id, user_id AS "userId" FROM conversations
 WHERE updated_at < now() - make_interval(days => $1) ORDER BY updated_at LIMIT 100`;
