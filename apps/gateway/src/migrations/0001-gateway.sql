CREATE TABLE account (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  settings jsonb NOT NULL DEFAULT '{}',
  is_set_up boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE desk_user (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account (id),
  email text NOT NULL CHECK (email = lower(email)),
  name text NOT NULL,
  password_hash text,
  seat text NOT NULL CHECK (seat IN ('service', 'sales', 'core', 'view_only')),
  super_admin boolean NOT NULL DEFAULT false,
  access text[] NOT NULL DEFAULT '{}',
  ticket_access jsonb NOT NULL,
  rights text[] NOT NULL DEFAULT '{}',
  active boolean NOT NULL DEFAULT true,
  preferences jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (account_id, email)
);
CREATE INDEX desk_user_email ON desk_user (email);

CREATE TABLE team (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  name text NOT NULL,
  UNIQUE (account_id, name)
);
CREATE TABLE team_member (
  account_id uuid NOT NULL,
  team_id uuid NOT NULL REFERENCES team (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
  PRIMARY KEY (account_id, team_id, user_id)
);
CREATE INDEX team_member_user ON team_member (user_id);

-- Browser sessions: the cookie's value is kept only as its SHA-256.
CREATE TABLE session (
  token_hash bytea PRIMARY KEY,
  account_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX session_of_user ON session (user_id);

CREATE TABLE api_key (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
  name text NOT NULL,
  key_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz
);
CREATE INDEX api_key_user ON api_key (account_id, user_id);

CREATE TABLE idempotency (
  account_id uuid NOT NULL,
  user_id uuid NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  -- What the request creates: a repeated request creates the same thing.
  resource_id uuid NOT NULL,
  status int,
  response json,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, user_id, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- Failed sign-ins only: what the limits count.
CREATE TABLE failed_sign_in (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  ip text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX failed_sign_in_email ON failed_sign_in (email, at);
CREATE INDEX failed_sign_in_ip ON failed_sign_in (ip, at);

CREATE TABLE audit (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  actor_id uuid,
  actor_name text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  old_value jsonb,
  new_value jsonb
);
CREATE INDEX audit_of_account ON audit (account_id, id DESC);
