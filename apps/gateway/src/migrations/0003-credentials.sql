-- Links to choose a password: kept as SHA-256, for one use, for the address they were sent to.
CREATE TABLE password_link (
  token_hash bytea PRIMARY KEY,
  account_id uuid NOT NULL,
  user_id uuid NOT NULL,
  email text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  FOREIGN KEY (account_id, user_id) REFERENCES desk_user (account_id, id) ON DELETE CASCADE
);
CREATE INDEX password_link_of_user ON password_link (account_id, user_id);
-- Whose link it is, is asked before an account is known.
CALL access.wall('password_link', shared_work => true);

-- Asked for by anybody, for any address: known ones and unknown ones look the same here. Handled a moment later.
CREATE TABLE password_reset (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  -- Beyond what an address may get in an hour: written all the same, so that it takes as long.
  is_over boolean NOT NULL,
  handled_at timestamptz
);
CREATE INDEX password_reset_email ON password_reset (email, requested_at) WHERE NOT is_over;
CREATE INDEX password_reset_open ON password_reset (id) WHERE handled_at IS NULL AND NOT is_over;
CREATE INDEX password_reset_age ON password_reset (requested_at);

-- The second factor. `last_step`: the time step of the last code taken, so that none is taken twice.
CREATE TABLE totp (
  account_id uuid NOT NULL,
  user_id uuid NOT NULL,
  secret_sealed text NOT NULL,
  last_step bigint,
  created_at timestamptz NOT NULL DEFAULT now(),
  confirmed_at timestamptz,
  PRIMARY KEY (account_id, user_id),
  FOREIGN KEY (account_id, user_id) REFERENCES desk_user (account_id, id) ON DELETE CASCADE
);
CREATE TABLE recovery_code (
  account_id uuid NOT NULL,
  user_id uuid NOT NULL,
  code_hash bytea NOT NULL,
  PRIMARY KEY (account_id, user_id, code_hash),
  FOREIGN KEY (account_id, user_id) REFERENCES totp (account_id, user_id) ON DELETE CASCADE
);
CALL access.wall('totp');
CALL access.wall('recovery_code');

-- Signing in at another's OpenID provider.
CREATE TABLE oidc (
  account_id uuid PRIMARY KEY REFERENCES account (id),
  issuer text NOT NULL,
  client_id text NOT NULL,
  client_secret_sealed text NOT NULL,
  domains text[] NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CALL access.wall('oidc');
