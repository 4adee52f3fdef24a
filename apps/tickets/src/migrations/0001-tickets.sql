CREATE TABLE pipeline (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  name text NOT NULL,
  is_default boolean NOT NULL DEFAULT false,
  rules jsonb NOT NULL DEFAULT '{}',
  position int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX pipeline_default ON pipeline (account_id) WHERE is_default;

CREATE TABLE stage (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  pipeline_id uuid NOT NULL REFERENCES pipeline (id),
  name text NOT NULL,
  category text NOT NULL CHECK (category IN ('new', 'open', 'waiting', 'closed')),
  position int NOT NULL
);
CREATE INDEX stage_of_pipeline ON stage (pipeline_id, position);

CREATE TABLE account_counter (
  account_id uuid PRIMARY KEY,
  last_number int NOT NULL
);

CREATE TABLE ticket (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  number int NOT NULL,
  name text NOT NULL,
  pipeline_id uuid NOT NULL,
  stage_id uuid NOT NULL,
  owner_id uuid,
  team_id uuid,
  priority text CHECK (priority IN ('low', 'medium', 'high', 'urgent')),
  category text[] NOT NULL DEFAULT '{}',
  source text NOT NULL,
  contact_id uuid,
  contact_name text,
  company_id uuid,
  excerpt text NOT NULL DEFAULT '',
  is_unreadable boolean NOT NULL DEFAULT false,
  -- seq of the newest public message.
  thread_version int NOT NULL DEFAULT 0,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  last_activity_at timestamptz NOT NULL,
  closed_at timestamptz,
  deleted_at timestamptz,
  UNIQUE (account_id, number)
);
CREATE INDEX ticket_activity_order ON ticket (account_id, last_activity_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX ticket_owner ON ticket (account_id, owner_id, last_activity_at DESC, id DESC) WHERE deleted_at IS NULL AND closed_at IS NULL;
CREATE INDEX ticket_contact ON ticket (contact_id) WHERE contact_id IS NOT NULL;

CREATE TABLE ticket_link (
  account_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  kind text NOT NULL,
  other_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (ticket_id, kind, other_id)
);

-- Old → new of every change, written with the change.
CREATE TABLE ticket_activity (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  version int NOT NULL,
  at timestamptz NOT NULL,
  actor_type text NOT NULL,
  actor_id uuid,
  actor_name text NOT NULL,
  source text NOT NULL,
  field text NOT NULL,
  old_value jsonb,
  new_value jsonb
);
CREATE INDEX ticket_activity_of_ticket ON ticket_activity (ticket_id, version);
