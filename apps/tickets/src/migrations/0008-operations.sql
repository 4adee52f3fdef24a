-- Why a ticket is on no desk; counts only while deleted_at is set. Views ask for the one they show.
ALTER TABLE ticket ADD COLUMN removal text NOT NULL DEFAULT 'trash' CHECK (removal IN ('trash', 'spam', 'merged'));
DROP INDEX ticket_trash;
CREATE INDEX ticket_removed ON ticket (account_id, removal, last_activity_at DESC, id DESC) WHERE deleted_at IS NOT NULL;

-- Where the id and the number of a merged ticket lead. Not walled by the ticket: what it leads to is asked for within the scope.
CREATE TABLE ticket_redirect (
  account_id uuid NOT NULL,
  merged_id uuid NOT NULL,
  number int NOT NULL,
  -- The ticket it was merged into, which may have been merged since.
  into_id uuid NOT NULL,
  -- The one at the end of that way.
  survivor_id uuid NOT NULL,
  PRIMARY KEY (account_id, merged_id)
);
CREATE INDEX ticket_redirect_number ON ticket_redirect (account_id, number);
CREATE INDEX ticket_redirect_survivor ON ticket_redirect (account_id, survivor_id);
CREATE INDEX ticket_redirect_into ON ticket_redirect (account_id, into_id);
CALL access.wall('ticket_redirect');

-- What was done to tickets as a whole, with what it takes to undo it.
CREATE TABLE operation (
  account_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  made_by uuid NOT NULL,
  maker_name text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done', 'failed', 'undone')),
  -- The ticket it is about; null for many.
  ticket_id uuid,
  -- Of a bulk: what is done, and with whose rights.
  request jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  undo_until timestamptz,
  PRIMARY KEY (account_id, id)
);
CREATE INDEX operation_undo_until ON operation (account_id, undo_until);
CALL access.wall('operation');

CREATE TABLE operation_item (
  account_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  position int NOT NULL,
  ticket_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed', 'undone')),
  code text,
  detail text,
  -- What it changed, old and new.
  changed jsonb,
  PRIMARY KEY (account_id, operation_id, position),
  FOREIGN KEY (account_id, operation_id) REFERENCES operation (account_id, id) ON DELETE CASCADE
);
CALL access.wall_by_ticket('operation_item');
