-- Grows whenever entries leave or join otherwise than by being said: who chose a place before that looks again.
ALTER TABLE ticket_thread ADD COLUMN arrangement int NOT NULL DEFAULT 0;
-- Set while the ticket is merged into another, which has its entries now.
ALTER TABLE ticket_thread ADD COLUMN merged_into uuid;
-- The conversation whose messages were moved into this one: a reply address of the first finds this one as well.
ALTER TABLE conversation ADD COLUMN origin_id uuid;
CREATE INDEX conversation_origin ON conversation (account_id, origin_id) WHERE origin_id IS NOT NULL;

-- Where the entries were that an operation moved, so that it can be undone.
CREATE TABLE moved_entry (
  account_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  from_ticket_id uuid NOT NULL,
  moved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, operation_id, entry_id)
);
CREATE INDEX moved_entry_of_entry ON moved_entry (account_id, entry_id);
CALL access.wall('moved_entry');
