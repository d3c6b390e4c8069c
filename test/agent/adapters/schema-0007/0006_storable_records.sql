-- Up Migration
-- A model's server may give two calls of a run the same id, or pack kilobytes into one, which no B-tree
-- takes. Our own id is the key, and calls are found by their run.
ALTER TABLE tool_executions DROP CONSTRAINT tool_executions_run_id_tool_call_id_key;
CREATE INDEX tool_executions_run ON tool_executions (run_id, id);
DROP INDEX messages_tool_call;
-- Nobody reads it.
ALTER TABLE messages ALTER COLUMN content_sha256 DROP NOT NULL;
-- An answer is given again as it was, in the order of its fields too.
ALTER TABLE idempotency_keys ALTER COLUMN response TYPE json USING response::json;

-- Records that Postgres refused, the last hundred, for an operator to look at.
CREATE TABLE refused_records (
  run_id      uuid PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  reason      text NOT NULL,
  record      text NOT NULL,                             -- JSON, cut where it is too long
  refused_at  timestamptz NOT NULL DEFAULT now()
);

-- Down Migration
DROP TABLE refused_records;
ALTER TABLE idempotency_keys ALTER COLUMN response TYPE jsonb USING response::jsonb;
UPDATE messages SET content_sha256 = sha256(convert_to(COALESCE(content::text, ''), 'UTF8'))
 WHERE content_sha256 IS NULL;
ALTER TABLE messages ALTER COLUMN content_sha256 SET NOT NULL;
CREATE INDEX messages_tool_call ON messages (tool_call_id) WHERE length(tool_call_id) <= 256;
DROP INDEX tool_executions_run;
ALTER TABLE tool_executions ADD CONSTRAINT tool_executions_run_id_tool_call_id_key UNIQUE (run_id, tool_call_id);
