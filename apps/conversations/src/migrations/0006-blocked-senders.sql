-- Whose mail is taken for spam: an address, or a domain that begins with @.
CREATE TABLE blocked_sender (
  account_id uuid NOT NULL,
  id uuid NOT NULL,
  value text NOT NULL,
  blocked_by uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, value)
);
CALL access.wall('blocked_sender');
