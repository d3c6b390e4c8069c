-- Up Migration
-- What a provider adds to an assistant's message and wants back with it: see agent/loop/provider-state.ts.
ALTER TABLE messages ADD COLUMN provider_state jsonb;

-- Down Migration
ALTER TABLE messages DROP COLUMN provider_state;
