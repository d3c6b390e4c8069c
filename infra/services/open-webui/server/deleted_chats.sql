-- Chats that were deleted, until the agent has deleted what it keeps of them. A trigger notes each one with
-- its deletion, however it comes about: by itself, with its folder, with its owner.

-- table
CREATE TABLE IF NOT EXISTS agent_stack_deleted_chats (
  chat_id     text PRIMARY KEY,
  deleted_at  timestamptz NOT NULL DEFAULT now(),
  due_at      timestamptz NOT NULL DEFAULT now(),
  attempts    int NOT NULL DEFAULT 0
)

-- function
CREATE OR REPLACE FUNCTION agent_stack_note_deleted_chats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO agent_stack_deleted_chats (chat_id) SELECT id FROM gone
  ON CONFLICT (chat_id) DO UPDATE SET deleted_at = now(), due_at = now(), attempts = 0;
  RETURN NULL;
END $$

-- trigger
CREATE OR REPLACE TRIGGER agent_stack_deleted_chats AFTER DELETE ON chat
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION agent_stack_note_deleted_chats()

-- returned
DELETE FROM agent_stack_deleted_chats WHERE chat_id IN (SELECT id FROM chat)

-- due
SELECT chat_id FROM agent_stack_deleted_chats WHERE due_at <= now() ORDER BY due_at LIMIT 100

-- told
UPDATE agent_stack_deleted_chats
   SET due_at = greatest(now(), deleted_at + interval '10 minutes'), attempts = 0
 WHERE chat_id = :chat_id AND deleted_at > now() - interval '10 minutes'

-- forgotten
DELETE FROM agent_stack_deleted_chats
 WHERE chat_id = :chat_id AND deleted_at <= now() - interval '10 minutes'

-- failed
UPDATE agent_stack_deleted_chats
   SET attempts = attempts + 1,
       due_at = now() + least(interval '5 minutes', interval '1 second' * 2 ^ least(attempts, 9))
 WHERE chat_id = :chat_id
