-- Up Migration
-- The run that a message belongs to is traced by the time its memory is written.
ALTER TABLE memory_outbox ADD COLUMN traceparent text;
CREATE INDEX conversations_idle ON conversations (updated_at);

-- Down Migration
DROP INDEX conversations_idle;
ALTER TABLE memory_outbox DROP COLUMN traceparent;
