-- Contacts and companies that were merged, and what they have become; never a chain. A ticket may be made with the id of one, from what was
-- known before.
CREATE TABLE record_merge (
  account_id uuid NOT NULL,
  kind text NOT NULL,
  merged_id uuid NOT NULL,
  into_id uuid NOT NULL,
  -- Of the one that stays.
  name text NOT NULL,
  PRIMARY KEY (account_id, kind, merged_id)
);
CREATE INDEX record_merge_into ON record_merge (account_id, kind, into_id);
CALL access.wall('record_merge');

-- Copy of what decides whether a user gets tickets, kept by agent.changed.
CREATE TABLE agent_copy (
  account_id uuid NOT NULL,
  user_id uuid NOT NULL,
  version int NOT NULL,
  is_routable boolean NOT NULL,
  is_available boolean NOT NULL,
  team_ids uuid[] NOT NULL,
  -- Null: no limit.
  max_open_tickets int,
  PRIMARY KEY (account_id, user_id)
);
CALL access.wall('agent_copy');

-- Whose turn it was last in a channel.
CREATE TABLE routing_turn (
  account_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (account_id, channel_id)
);
CALL access.wall('routing_turn');

-- How much somebody has open: the few of his tickets that are not closed.
CREATE INDEX ticket_open_owner ON ticket (account_id, owner_id) WHERE deleted_at IS NULL AND closed_at IS NULL AND owner_id IS NOT NULL;
