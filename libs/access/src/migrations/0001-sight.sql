-- What row-level security asks: the settings a transaction began with (libs/platform/src/database/sight.ts). Unset means nothing is seen.
-- Policies call these in a sub-select, so that they are evaluated once per statement and not once per row.
CREATE FUNCTION account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT CASE WHEN length(current_setting('app.account', true)) = 36 THEN current_setting('app.account', true)::uuid END $$;

CREATE FUNCTION every_account() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('app.account', true) = '*', false) $$;

-- How far the sight on tickets reaches: 'all', 'team', 'own'; null = nothing.
CREATE FUNCTION view() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('app.view', true), '') $$;

CREATE FUNCTION user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;

CREATE FUNCTION unassigned() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('app.unassigned', true) = 'on', false) $$;

CREATE FUNCTION team_ids() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(nullif(current_setting('app.teams', true), ''), '{}')::uuid[] $$;

CREATE FUNCTION teammate_ids() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(nullif(current_setting('app.teammates', true), ''), '{}')::uuid[] $$;

-- The wall between accounts, for any table with a column account_id. `shared_work`: work that concerns every account sees it as well
-- (claims, sweeps, finding out whose address, session or key it is).
CREATE PROCEDURE wall(walled regclass, shared_work boolean DEFAULT false) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', walled);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', walled);
  EXECUTE format('CREATE POLICY account_wall ON %s USING (account_id = (SELECT access.account())%s)', walled,
    CASE WHEN shared_work THEN ' OR (SELECT access.every_account())' ELSE '' END);
END $$;
