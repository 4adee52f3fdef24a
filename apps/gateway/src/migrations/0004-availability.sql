-- What somebody wants to be told of. No row: as it is by default.
CREATE TABLE notification_preference (
  account_id uuid NOT NULL,
  user_id uuid NOT NULL,
  follow_on_reply boolean NOT NULL DEFAULT true,
  follow_on_mention boolean NOT NULL DEFAULT true,
  PRIMARY KEY (account_id, user_id),
  FOREIGN KEY (account_id, user_id) REFERENCES desk_user (account_id, id) ON DELETE CASCADE
);
CALL access.wall('notification_preference');

-- Who gets tickets, and how many. `agent_version` grows with every agent.changed; 0: tickets knows nothing of the user yet.
ALTER TABLE desk_user
  ADD COLUMN availability text NOT NULL DEFAULT 'available' CHECK (availability IN ('available', 'away')),
  ADD COLUMN max_open_tickets int CHECK (max_open_tickets >= 0),
  ADD COLUMN agent_version int NOT NULL DEFAULT 0;
CREATE INDEX desk_user_untold ON desk_user (account_id, id) WHERE agent_version = 0;
