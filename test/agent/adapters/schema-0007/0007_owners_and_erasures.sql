-- Up Migration
-- All users whom requests under one key name belong to that key: `KEY/NAME` is of the family `KEY`.
ALTER TABLE conversations ADD COLUMN family text GENERATED ALWAYS AS (split_part(user_id, '/', 1)) STORED;
CREATE INDEX conversations_family_recent ON conversations (family, updated_at DESC, id DESC);

-- An answer that is kept to be given again is deleted with its conversation.
ALTER TABLE idempotency_keys ADD COLUMN conversation_id uuid REFERENCES conversations ON DELETE CASCADE;
CREATE INDEX idempotency_conversation ON idempotency_keys (conversation_id) WHERE conversation_id IS NOT NULL;
DELETE FROM idempotency_keys WHERE (response->'headers'->>'x-conversation-id')::uuid
  NOT IN (SELECT id FROM conversations);
UPDATE idempotency_keys SET conversation_id = (response->'headers'->>'x-conversation-id')::uuid;

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
DROP TABLE trace_erasures;
ALTER TABLE idempotency_keys DROP COLUMN conversation_id;
DROP INDEX conversations_family_recent;
ALTER TABLE conversations DROP COLUMN family;
