-- Up Migration
-- All users whom requests under one key name belong to that key: `KEY/NAME` is of the family `KEY`.
ALTER TABLE conversations ADD COLUMN family text GENERATED ALWAYS AS (split_part(user_id, '/', 1)) STORED;
CREATE INDEX conversations_family_recent ON conversations (family, updated_at DESC, id DESC);

-- Down Migration
DROP INDEX conversations_family_recent;
ALTER TABLE conversations DROP COLUMN family;
