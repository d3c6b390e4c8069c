-- Up Migration
-- The whole schema. It takes the place of migrations 0001 to 0007: see agent/adapters/adopt-earlier-schema.ts.
CREATE TABLE conversations (
  id            uuid PRIMARY KEY,
  external_id   text,                                   -- e.g. Open WebUI chat id
  user_id       text NOT NULL DEFAULT 'anonymous',
  source        text NOT NULL DEFAULT 'api',
  title         text,
  metadata      jsonb NOT NULL DEFAULT '{}',
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  -- All users whom requests under one key name belong to that key: `KEY/NAME` is of the family `KEY`.
  family        text GENERATED ALWAYS AS (split_part(user_id, '/', 1)) STORED,
  CHECK (length(user_id) BETWEEN 1 AND 256)
);
CREATE UNIQUE INDEX conversations_external ON conversations (user_id, source, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX conversations_family_recent ON conversations (family, updated_at DESC, id DESC);
CREATE INDEX conversations_idle ON conversations (updated_at);

CREATE TABLE runs (
  id               uuid PRIMARY KEY,
  conversation_id  uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
  endpoint         text NOT NULL CHECK (endpoint IN ('agent','chat.completions')),
  status           text NOT NULL CHECK (status IN ('running','completed','requires_action','failed','cancelled')),
  model            text NOT NULL,
  finish_reason    text,
  stop_reason      text,                                 -- final | max_steps | loop_detected | deadline | client_tools | size_limit
  steps            int  NOT NULL DEFAULT 0,
  prompt_tokens    int  NOT NULL DEFAULT 0,
  completion_tokens int NOT NULL DEFAULT 0,
  error            jsonb,
  trace_id         text,
  metadata         jsonb NOT NULL DEFAULT '{}',
  started_at       timestamptz NOT NULL DEFAULT now(),
  finished_at      timestamptz
);
CREATE INDEX runs_conversation ON runs (conversation_id, started_at);
CREATE INDEX runs_stale ON runs (started_at) WHERE status = 'running';

CREATE TABLE messages (
  id               uuid PRIMARY KEY,
  conversation_id  uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
  run_id           uuid REFERENCES runs ON DELETE SET NULL,
  seq              bigint GENERATED ALWAYS AS IDENTITY,
  role             text NOT NULL CHECK (role IN ('system','developer','user','assistant','tool')),
  content          jsonb,                                -- string | content parts, verbatim
  tool_calls       jsonb,
  tool_call_id     text,
  created_at       timestamptz NOT NULL DEFAULT now(),
  -- What is in memory, or will be: from here it can be made again.
  remembered       boolean NOT NULL DEFAULT false
);
CREATE INDEX messages_conversation ON messages (conversation_id, seq);
CREATE INDEX messages_tool_calls_gin ON messages USING gin (tool_calls jsonb_path_ops) WHERE tool_calls IS NOT NULL;
CREATE INDEX messages_remembered ON messages (seq) WHERE remembered;
-- What a run said is asked for by its run; without this, deleting a run reads all messages, too.
CREATE INDEX messages_run ON messages (run_id, seq) WHERE run_id IS NOT NULL;

-- A model's server may give two calls of a run the same id, or pack kilobytes into one, which no B-tree
-- takes. Our own id is the key, and calls are found by their run.
CREATE TABLE tool_executions (
  id            uuid PRIMARY KEY,
  run_id        uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
  step          int  NOT NULL,
  tool_call_id  text NOT NULL,
  name          text NOT NULL,
  arguments     jsonb NOT NULL,
  status        text NOT NULL CHECK (status IN ('running','ok','error','timeout','denied','cancelled')),
  result        jsonb,
  error         text,
  duration_ms   int,
  started_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tool_executions_run ON tool_executions (run_id, id);

CREATE TABLE idempotency_keys (
  key              text NOT NULL,
  principal        text NOT NULL,
  request_hash     bytea NOT NULL,
  status           text NOT NULL CHECK (status IN ('in_progress','done')),
  http_status      int,
  -- json, not jsonb: an answer is given again as it was, in the order of its fields too.
  response         json,
  locked_at        timestamptz NOT NULL DEFAULT now(),
  expires_at       timestamptz NOT NULL DEFAULT now() + interval '24 hours',
  -- An answer that is kept to be given again is deleted with its conversation.
  conversation_id  uuid REFERENCES conversations ON DELETE CASCADE,
  PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_expiry ON idempotency_keys (expires_at);
CREATE INDEX idempotency_conversation ON idempotency_keys (conversation_id) WHERE conversation_id IS NOT NULL;

CREATE TABLE memory_outbox (
  message_id   uuid PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
  attempts     int NOT NULL DEFAULT 0,
  next_at      timestamptz NOT NULL DEFAULT now(),
  last_error   text,
  -- The run that a message belongs to is traced by the time its memory is written.
  traceparent  text
);
CREATE INDEX memory_outbox_due ON memory_outbox (next_at);

-- Records that Postgres refused, the last hundred, for an operator to look at.
CREATE TABLE refused_records (
  run_id      uuid PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  reason      text NOT NULL,
  record      text NOT NULL,                             -- JSON, cut where it is too long
  refused_at  timestamptz NOT NULL DEFAULT now()
);

-- What is still to be removed of deleted conversations where traces are kept. No word is in it.
CREATE TABLE trace_erasures (
  conversation_id  uuid PRIMARY KEY,
  trace_ids        text[] NOT NULL,
  asked_at         timestamptz NOT NULL DEFAULT now(),
  last_at          timestamptz NOT NULL,                -- until then spans may still come in
  next_at          timestamptz NOT NULL DEFAULT now(),
  attempts         int NOT NULL DEFAULT 0,              -- that failed, in a row
  last_error       text
);
CREATE INDEX trace_erasures_due ON trace_erasures (next_at);

-- Down Migration
DROP TABLE trace_erasures, refused_records, memory_outbox, idempotency_keys, tool_executions, messages, runs, conversations;
