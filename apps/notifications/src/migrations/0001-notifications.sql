CREATE TABLE notification (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  user_id uuid NOT NULL,
  -- The event that caused it: the same event makes one notification per user.
  event_seq bigint NOT NULL,
  topic text NOT NULL,
  reason text NOT NULL,
  ticket_id uuid NOT NULL,
  message_id uuid,
  owner_id uuid,
  team_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  read_at timestamptz,
  UNIQUE (account_id, user_id, event_seq)
);
CREATE INDEX notification_of_user ON notification (account_id, user_id, id DESC);
