-- Every key begins with the account; row-level security keeps accounts apart (docs/access.md). `shared_work`: who signs in, and whose
-- session or key it is, is asked before an account is known.
ALTER TABLE team_member DROP CONSTRAINT team_member_team_id_fkey, DROP CONSTRAINT team_member_user_id_fkey;
ALTER TABLE session DROP CONSTRAINT session_user_id_fkey;
ALTER TABLE api_key DROP CONSTRAINT api_key_user_id_fkey;
ALTER TABLE desk_user DROP CONSTRAINT desk_user_pkey, ADD PRIMARY KEY (account_id, id);
ALTER TABLE team DROP CONSTRAINT team_pkey, ADD PRIMARY KEY (account_id, id);
ALTER TABLE team_member
  ADD FOREIGN KEY (account_id, team_id) REFERENCES team (account_id, id) ON DELETE CASCADE,
  ADD FOREIGN KEY (account_id, user_id) REFERENCES desk_user (account_id, id) ON DELETE CASCADE;
DROP INDEX team_member_user;
CREATE INDEX team_member_user ON team_member (account_id, user_id);
ALTER TABLE session ADD FOREIGN KEY (account_id, user_id) REFERENCES desk_user (account_id, id) ON DELETE CASCADE;
DROP INDEX session_of_user;
CREATE INDEX session_of_user ON session (account_id, user_id);
ALTER TABLE api_key
  DROP CONSTRAINT api_key_pkey, ADD PRIMARY KEY (account_id, id),
  ADD FOREIGN KEY (account_id, user_id) REFERENCES desk_user (account_id, id) ON DELETE CASCADE;
ALTER TABLE audit DROP CONSTRAINT audit_pkey, ADD PRIMARY KEY (account_id, id);
DROP INDEX audit_of_account;

CALL access.wall('desk_user', shared_work => true);
CALL access.wall('team', shared_work => true);
CALL access.wall('team_member', shared_work => true);
CALL access.wall('session', shared_work => true);
CALL access.wall('api_key', shared_work => true);
CALL access.wall('idempotency', shared_work => true);
CALL access.wall('audit', shared_work => true);

ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE account FORCE ROW LEVEL SECURITY;
CREATE POLICY account_wall ON account USING (id = (SELECT access.account()) OR (SELECT access.every_account()));
