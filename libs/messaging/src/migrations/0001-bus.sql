-- The log of events and commands, and who still has to take each. Rows of `dispatch` disappear when they are handled.
CREATE TABLE event (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id uuid NOT NULL,
  name text NOT NULL,
  version int NOT NULL,
  key text NOT NULL,
  payload json NOT NULL,
  correlation_id text,
  occurred_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX event_occurred ON event USING brin (occurred_at);

CREATE TABLE dispatch (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  consumer text NOT NULL,
  key text NOT NULL,
  event_seq bigint NOT NULL,
  account_id uuid NOT NULL,
  due_at timestamptz NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  is_replay boolean NOT NULL DEFAULT false,
  swept_at timestamptz,
  quarantined_at timestamptz,
  error_code text,
  error_detail text
);
-- Claims go by key; the sweeper goes by time.
CREATE INDEX dispatch_claim ON dispatch (consumer, key, id) WHERE quarantined_at IS NULL;
CREATE INDEX dispatch_due ON dispatch (consumer, due_at) WHERE quarantined_at IS NULL;
CREATE INDEX dispatch_quarantined ON dispatch (account_id, id) WHERE quarantined_at IS NOT NULL;
ALTER TABLE dispatch SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
