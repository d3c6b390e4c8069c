-- Up Migration
-- Open WebUI keeps a tree: an edited question and a regenerated answer are branches of it.
ALTER TABLE messages
  ADD COLUMN external_id     text,                      -- the client's name for the message
  ADD COLUMN external_parent text,                      -- for the one before it; '': it is the first
  -- The client's history no longer has it: it is not recalled.
  ADD COLUMN superseded_at   timestamptz;
-- Of a chat that is deleted there.
CREATE INDEX conversations_chat ON conversations (external_id) WHERE external_id IS NOT NULL;

-- Down Migration
DROP INDEX conversations_chat;
ALTER TABLE messages DROP COLUMN external_id, DROP COLUMN external_parent, DROP COLUMN superseded_at;
