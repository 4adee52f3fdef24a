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
