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
