-- Every key begins with the account; row-level security keeps accounts apart and holds people to their scope (docs/access.md).
ALTER TABLE stage DROP CONSTRAINT stage_pipeline_id_fkey;
ALTER TABLE pipeline DROP CONSTRAINT pipeline_pkey, ADD PRIMARY KEY (account_id, id);
ALTER TABLE stage
  DROP CONSTRAINT stage_pkey, ADD PRIMARY KEY (account_id, id),
  ADD FOREIGN KEY (account_id, pipeline_id) REFERENCES pipeline (account_id, id);
DROP INDEX stage_of_pipeline;
CREATE INDEX stage_of_pipeline ON stage (account_id, pipeline_id, position);

ALTER TABLE ticket DROP CONSTRAINT ticket_pkey, ADD PRIMARY KEY (account_id, id);
-- True while a row of ticket_share names it: the usual ticket costs no look there.
ALTER TABLE ticket ADD COLUMN is_shared boolean NOT NULL DEFAULT false;
DROP INDEX ticket_contact;
CREATE INDEX ticket_contact ON ticket (account_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX ticket_team ON ticket (account_id, team_id, last_activity_at DESC, id DESC) WHERE deleted_at IS NULL;

ALTER TABLE ticket_link DROP CONSTRAINT ticket_link_pkey, ADD PRIMARY KEY (account_id, ticket_id, kind, other_id);
ALTER TABLE ticket_activity DROP CONSTRAINT ticket_activity_pkey, ADD PRIMARY KEY (account_id, id);
DROP INDEX ticket_activity_of_ticket;
CREATE INDEX ticket_activity_of_ticket ON ticket_activity (account_id, ticket_id, version);

-- Sight given on one ticket to one user or one team, until a time or for good.
CREATE TABLE ticket_share (
  account_id uuid NOT NULL,
  id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  user_id uuid,
  team_id uuid,
  expires_at timestamptz,
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, ticket_id) REFERENCES ticket (account_id, id) ON DELETE CASCADE,
  CHECK (num_nonnulls(user_id, team_id) = 1)
);
CREATE INDEX ticket_share_of_ticket ON ticket_share (account_id, ticket_id);

CREATE TABLE ticket_follower (
  account_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  user_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, ticket_id, user_id)
);
CREATE INDEX ticket_follower_user ON ticket_follower (account_id, user_id);

-- Who was mentioned on a ticket, and when last. A mention grants nothing.
CREATE TABLE ticket_mention (
  account_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  user_id uuid NOT NULL,
  mentioned_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, ticket_id, user_id)
);
CREATE INDEX ticket_mention_user ON ticket_mention (account_id, user_id);

CALL access.wall('pipeline');
CALL access.wall('stage');
CALL access.wall('account_counter');

-- The shares that reach the asking person. Not walled by the ticket they open, which would ask this question again.
CALL access.wall('ticket_share');

-- libs/access/src/ticket-scope.ts states the same rule in TypeScript; ticket-scope.int-spec.ts holds them together.
ALTER TABLE ticket ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket FORCE ROW LEVEL SECURITY;
CREATE POLICY in_sight ON ticket USING (
  account_id = (SELECT access.account())
  AND (
    (SELECT access.view()) = 'all'
    OR owner_id = (SELECT access.user_id())
    OR ((SELECT access.view()) = 'team'
        AND (team_id = ANY ((SELECT access.team_ids())::uuid[]) OR owner_id = ANY ((SELECT access.teammate_ids())::uuid[])))
    OR ((SELECT access.unassigned())
        AND owner_id IS NULL AND (team_id IS NULL OR team_id = ANY ((SELECT access.team_ids())::uuid[])))
    OR (is_shared AND EXISTS (
      SELECT 1 FROM tickets.ticket_share s
      WHERE s.account_id = ticket.account_id AND s.ticket_id = ticket.id AND (s.expires_at IS NULL OR s.expires_at > now())
        AND (s.user_id = (SELECT access.user_id()) OR s.team_id = ANY ((SELECT access.team_ids())::uuid[]))))
  )
);

-- What hangs on a ticket is seen by whom the ticket is seen.
CREATE PROCEDURE access.wall_by_ticket(walled regclass) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', walled);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', walled);
  EXECUTE format('CREATE POLICY in_sight ON %1$s USING (account_id = (SELECT access.account()) AND ((SELECT access.view()) = ''all''
    OR EXISTS (SELECT 1 FROM tickets.ticket t WHERE t.account_id = %1$s.account_id AND t.id = %1$s.ticket_id)))', walled);
END $$;
CALL access.wall_by_ticket('ticket_link');
CALL access.wall_by_ticket('ticket_activity');
CALL access.wall_by_ticket('ticket_follower');
CALL access.wall_by_ticket('ticket_mention');
