-- What people have begun to write on a ticket, or have written for later: that it is there, never what it says.
CREATE TABLE ticket_unsent (
  account_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  -- draft: kept by tab; scheduled: by its message.
  what text NOT NULL CHECK (what IN ('draft', 'scheduled')),
  key text NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (account_id, ticket_id, what, user_id, key)
);
CREATE INDEX ticket_unsent_user ON ticket_unsent (account_id, user_id, what);
CALL access.wall_by_ticket('ticket_unsent');
