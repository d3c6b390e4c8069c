-- Up Migration
-- The run that a message belongs to is traced by the time its memory is written.
ALTER TABLE memory_outbox ADD COLUMN traceparent text;
-- What memory has, or will have: from here it can be rebuilt.
ALTER TABLE messages ADD COLUMN remembered boolean NOT NULL DEFAULT false;
CREATE INDEX messages_remembered ON messages (seq) WHERE remembered;
CREATE INDEX conversations_idle ON conversations (updated_at);

-- Down Migration
DROP INDEX conversations_idle;
ALTER TABLE messages DROP COLUMN remembered;
ALTER TABLE memory_outbox DROP COLUMN traceparent;
