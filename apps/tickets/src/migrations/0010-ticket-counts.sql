-- How many tickets there are, by what decides who sees them and which of the broad views has them. Rows are to be summed: each change adds its
-- own, so that nobody waits for anybody, and now and then those that say the same are put together.
CREATE TABLE ticket_count (
  account_id uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  state text NOT NULL CHECK (state IN ('open', 'closed', 'trash', 'spam', 'merged')),
  owner_id uuid,
  team_id uuid,
  tickets int NOT NULL,
  PRIMARY KEY (account_id, id)
);

CREATE FUNCTION state_of(t ticket) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN t.deleted_at IS NOT NULL THEN t.removal WHEN t.closed_at IS NOT NULL THEN 'closed' ELSE 'open' END
$$;

CREATE FUNCTION fold_ticket_counts(account uuid) RETURNS void LANGUAGE sql AS $$
  WITH alike AS (
    SELECT array_agg(c.id) AS ids FROM tickets.ticket_count c WHERE c.account_id = account
    GROUP BY c.state, c.owner_id, c.team_id HAVING count(*) > 1
  ), held AS MATERIALIZED (
    -- What somebody else puts together just now is left to him.
    SELECT c.id FROM tickets.ticket_count c WHERE c.account_id = account AND c.id IN (SELECT unnest(ids) FROM alike) FOR UPDATE SKIP LOCKED
  ), taken AS (
    DELETE FROM tickets.ticket_count c USING held h WHERE c.account_id = account AND c.id = h.id
    RETURNING c.state, c.owner_id, c.team_id, c.tickets
  )
  INSERT INTO tickets.ticket_count (account_id, state, owner_id, team_id, tickets)
    SELECT account, state, owner_id, team_id, sum(tickets) FROM taken GROUP BY state, owner_id, team_id HAVING sum(tickets) <> 0
$$;

CREATE FUNCTION count_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO tickets.ticket_count (account_id, state, owner_id, team_id, tickets)
      VALUES (OLD.account_id, tickets.state_of(OLD), OLD.owner_id, OLD.team_id, -1);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO tickets.ticket_count (account_id, state, owner_id, team_id, tickets)
      VALUES (NEW.account_id, tickets.state_of(NEW), NEW.owner_id, NEW.team_id, 1);
  END IF;
  -- Whoever counts reads some hundred rows of changes at most, and hardly any change pays for putting them together.
  IF random() < 0.005 THEN
    PERFORM tickets.fold_ticket_counts(coalesce(NEW.account_id, OLD.account_id));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_new_ticket AFTER INSERT OR DELETE ON ticket FOR EACH ROW EXECUTE FUNCTION count_ticket();
CREATE TRIGGER count_changed_ticket AFTER UPDATE ON ticket FOR EACH ROW
  WHEN ((OLD.owner_id, OLD.team_id, OLD.closed_at IS NULL, OLD.deleted_at IS NULL, OLD.removal)
    IS DISTINCT FROM (NEW.owner_id, NEW.team_id, NEW.closed_at IS NULL, NEW.deleted_at IS NULL, NEW.removal))
  EXECUTE FUNCTION count_ticket();

-- The owner is held to row-level security too, and would see nothing here.
ALTER TABLE ticket NO FORCE ROW LEVEL SECURITY;
INSERT INTO ticket_count (account_id, state, owner_id, team_id, tickets)
  SELECT t.account_id, tickets.state_of(t), t.owner_id, t.team_id, count(*) FROM ticket t GROUP BY 1, 2, 3, 4;
ALTER TABLE ticket FORCE ROW LEVEL SECURITY;
-- Numbers alone: the account is their wall, and the asking person's scope stands in the statement.
CALL access.wall('ticket_count');

-- Most tickets are closed: what is asked of open ones is found among these few, and what most filters ask and row-level security needs
-- stands in the index itself, so that views are counted without a look at the tickets.
CREATE INDEX ticket_open ON ticket (account_id, last_activity_at DESC, id DESC)
  INCLUDE (owner_id, team_id, is_shared, closed_at, priority, source, pipeline_id, stage_id, created_at, number)
  WHERE deleted_at IS NULL AND closed_at IS NULL;

CREATE INDEX ticket_creation_order ON ticket (account_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
