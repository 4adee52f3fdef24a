-- Mail to users that was kept because no relay is set; shown at /dev/outbox. Sealed: it holds links to choose a password.
CREATE TABLE system_mail (
  account_id uuid NOT NULL,
  id uuid NOT NULL,
  sealed text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, id)
);
CALL access.wall('system_mail');
