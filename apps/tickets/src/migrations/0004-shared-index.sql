-- Few tickets are shared: an index of those lets a narrow scope be found by index, shares included.
CREATE INDEX ticket_shared ON ticket (account_id) WHERE is_shared;
-- A narrow scope asks for closed tickets too.
DROP INDEX ticket_owner;
CREATE INDEX ticket_owner ON ticket (account_id, owner_id, last_activity_at DESC, id DESC) WHERE deleted_at IS NULL;
-- One share for each user and team: sharing again moves its end.
CREATE UNIQUE INDEX ticket_share_once ON ticket_share (account_id, ticket_id, user_id, team_id) NULLS NOT DISTINCT;
DROP INDEX ticket_share_of_ticket;
