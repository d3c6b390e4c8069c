-- Up Migration
-- What a run said is asked for by its run; without this, deleting a run reads all messages, too.
CREATE INDEX messages_run ON messages (run_id, seq) WHERE run_id IS NOT NULL;

-- Down Migration
DROP INDEX messages_run;
