-- Up Migration
ALTER TABLE runs DROP CONSTRAINT runs_endpoint_check;
ALTER TABLE runs ADD CONSTRAINT runs_endpoint_check
  CHECK (endpoint IN ('agent','chat.completions','responses'));

-- What the Responses API shows of a run beside its messages.
CREATE TABLE responses (
  id                  uuid PRIMARY KEY,                  -- its run's, which may not be there yet
  -- NULL while a background response waits for its turn.
  conversation_id     uuid REFERENCES conversations ON DELETE CASCADE,
  user_id             text NOT NULL,
  previous_id         uuid,                              -- which may be deleted
  reads_conversation  boolean NOT NULL,
  is_background       boolean NOT NULL,
  status              text NOT NULL CHECK (status IN ('queued','in_progress','completed','incomplete','failed','cancelled')),
  body                jsonb NOT NULL,                    -- the response without its output
  created_at          timestamptz NOT NULL DEFAULT now(),
  family              text GENERATED ALWAYS AS (split_part(user_id, '/', 1)) STORED
);
CREATE INDEX responses_conversation ON responses (conversation_id);
CREATE INDEX responses_open ON responses (id) WHERE status IN ('queued','in_progress');

-- Clients send items back by their ids, or with ids of their own: two may have the same.
CREATE TABLE response_items (
  response_id  uuid NOT NULL REFERENCES responses ON DELETE CASCADE,
  is_output    boolean NOT NULL,
  position     int NOT NULL,
  item_id      text NOT NULL,
  item         jsonb NOT NULL,
  PRIMARY KEY (response_id, is_output, position)
);
CREATE INDEX response_items_by_id ON response_items (item_id);

-- Down Migration
DROP TABLE response_items, responses;
DELETE FROM runs WHERE endpoint = 'responses';
ALTER TABLE runs DROP CONSTRAINT runs_endpoint_check;
ALTER TABLE runs ADD CONSTRAINT runs_endpoint_check CHECK (endpoint IN ('agent','chat.completions'));
