-- Up Migration
CREATE TABLE conversations (
  id            uuid PRIMARY KEY,
  external_id   text,                                   -- e.g. Open WebUI chat id
  user_id       text NOT NULL DEFAULT 'anonymous',
  source        text NOT NULL DEFAULT 'api',
  title         text,
  metadata      jsonb NOT NULL DEFAULT '{}',
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  CHECK (length(user_id) BETWEEN 1 AND 256)
);
CREATE UNIQUE INDEX conversations_external ON conversations (user_id, source, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX conversations_user_recent ON conversations (user_id, updated_at DESC);

CREATE TABLE runs (
  id               uuid PRIMARY KEY,
  conversation_id  uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
  endpoint         text NOT NULL CHECK (endpoint IN ('agent','chat.completions')),
  status           text NOT NULL CHECK (status IN ('running','completed','requires_action','failed','cancelled')),
  model            text NOT NULL,
  finish_reason    text,
  stop_reason      text,                                 -- final | max_steps | loop_detected | deadline | client_tools
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
  content_sha256   bytea NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX messages_conversation ON messages (conversation_id, seq);
CREATE INDEX messages_tool_call ON messages (tool_call_id) WHERE tool_call_id IS NOT NULL;
CREATE INDEX messages_tool_calls_gin ON messages USING gin (tool_calls jsonb_path_ops) WHERE tool_calls IS NOT NULL;

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
  started_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (run_id, tool_call_id)
);
CREATE TABLE idempotency_keys (
  key          text NOT NULL,
  principal    text NOT NULL,
  request_hash bytea NOT NULL,
  status       text NOT NULL CHECK (status IN ('in_progress','done')),
  http_status  int,
  response     jsonb,
  locked_at    timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL DEFAULT now() + interval '24 hours',
  PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_expiry ON idempotency_keys (expires_at);
CREATE TABLE memory_outbox (
  message_id  uuid PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
  attempts    int NOT NULL DEFAULT 0,
  next_at     timestamptz NOT NULL DEFAULT now(),
  last_error  text
);
CREATE INDEX memory_outbox_due ON memory_outbox (next_at);

-- Down Migration
DROP TABLE memory_outbox, idempotency_keys, tool_executions, messages, runs, conversations;
