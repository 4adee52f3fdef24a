-- Few tickets are shared: an index of those lets a narrow scope be found by index, shares included.
CREATE INDEX ticket_shared ON ticket (account_id) WHERE is_shared;
-- A narrow scope asks for closed tickets too.
DROP INDEX ticket_owner;
CREATE INDEX ticket_owner ON ticket (account_id, owner_id, last_activity_at DESC, id DESC) WHERE deleted_at IS NULL;
