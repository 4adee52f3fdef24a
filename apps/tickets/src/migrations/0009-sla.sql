-- Working hours that policies count by. `weekly`: weekday → intervals; `holidays`: days such as 2026-12-25.
CREATE TABLE business_hours (
  account_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  time_zone text NOT NULL,
  weekly jsonb NOT NULL,
  holidays text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, id)
);
CALL access.wall('business_hours');

-- What a policy promised at one time, with its hours as they were: never changed, so that what was shown can be reckoned again.
CREATE TABLE sla_terms (
  account_id uuid NOT NULL,
  id uuid NOT NULL,
  policy_id uuid NOT NULL,
  terms jsonb NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, id)
);
CALL access.wall('sla_terms');

-- In the order of `position`, the first that matches a ticket counts.
CREATE TABLE sla_policy (
  account_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  position int NOT NULL,
  match jsonb NOT NULL,
  goals jsonb NOT NULL,
  schedule_id uuid,
  paused_stage_ids uuid[] NOT NULL DEFAULT '{}',
  due_soon_minutes int NOT NULL,
  on_overdue jsonb,
  -- As it stands now.
  terms_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, schedule_id) REFERENCES business_hours (account_id, id)
);
CALL access.wall('sla_policy');

-- The ledger of each ticket's clocks: only added to (roles.ts), and all that is shown follows from it and the terms.
CREATE TABLE sla_event (
  account_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  clock text NOT NULL CHECK (clock IN ('first_reply', 'next_reply', 'close')),
  seq int NOT NULL,
  event text NOT NULL CHECK (event IN ('start', 'pause', 'resume', 'complete', 'cancel', 'restart', 'terms', 'due_soon', 'overdue')),
  at timestamptz NOT NULL,
  -- Within one, a clock becomes due once.
  generation int NOT NULL,
  terms_id uuid,
  cause text NOT NULL,
  cause_id uuid,
  PRIMARY KEY (account_id, ticket_id, clock, seq),
  -- It goes with a ticket that goes for good, and in no other way.
  FOREIGN KEY (account_id, ticket_id) REFERENCES ticket (account_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX sla_event_fired ON sla_event (account_id, ticket_id, clock, generation, event) WHERE event IN ('due_soon', 'overdue');
CALL access.wall_by_ticket('sla_event');

-- What lists ask, made from the ledger: a row for each clock that has a goal. `start_seq`: where its present round begins.
CREATE TABLE sla_clock (
  account_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  clock text NOT NULL,
  start_seq int NOT NULL,
  phase text NOT NULL CHECK (phase IN ('running', 'paused', 'completed')),
  due_soon_at timestamptz,
  due_at timestamptz,
  is_late boolean NOT NULL,
  PRIMARY KEY (account_id, ticket_id, clock)
);
CALL access.wall_by_ticket('sla_clock');

-- `sla_due_at`: the earliest of the running clocks. `sla_timer_at`: when the ticket is looked at next; a timer of another time is stale.
ALTER TABLE ticket
  ADD COLUMN sla_due_at timestamptz,
  ADD COLUMN sla_timer_at timestamptz,
  ADD COLUMN priority_rank smallint NOT NULL GENERATED ALWAYS AS
    (CASE priority WHEN 'low' THEN 1 WHEN 'medium' THEN 2 WHEN 'high' THEN 3 WHEN 'urgent' THEN 4 ELSE 0 END) STORED;
-- Those without a due time come last whichever way it is sorted, in the order of their ids: the primary key's.
CREATE INDEX ticket_due_order ON ticket (account_id, sla_due_at, id) WHERE deleted_at IS NULL AND sla_due_at IS NOT NULL;
CREATE INDEX ticket_priority_order ON ticket (account_id, priority_rank, id) WHERE deleted_at IS NULL;
