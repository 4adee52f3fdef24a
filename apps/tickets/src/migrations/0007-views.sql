-- Views that people make for themselves and for each other.
CREATE TABLE view (
  account_id uuid NOT NULL,
  id uuid NOT NULL,
  owner_id uuid NOT NULL,
  name text NOT NULL,
  filter jsonb NOT NULL,
  columns text[] NOT NULL,
  sort text NOT NULL,
  shared_with text NOT NULL CHECK (shared_with IN ('me', 'team', 'everyone')),
  team_ids uuid[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, id)
);
CALL access.wall('view');
