// What is taken away from the database: policies, what they ask, and rights of roles. Each change comes with what undoes it.

/** The words of the policy `in_sight` on tickets, one after the other. */
const CLAUSES = [
  ['the account', /account_id = \( SELECT access\.account\(\) AS account\)/, 'account_id IS NOT NULL'],
  ['view all', /\( SELECT access\.view\(\) AS view\) = 'all'::text/, 'true'],
  ['view all away', /\( SELECT access\.view\(\) AS view\) = 'all'::text/, 'false'],
  ['owner', /owner_id = \( SELECT access\.user_id\(\) AS user_id\)/, 'owner_id IS NOT NULL'],
  ['owner away', /owner_id = \( SELECT access\.user_id\(\) AS user_id\)/, 'false'],
  ['team without its scope', /\( SELECT access\.view\(\) AS view\) = 'team'::text/, 'true'],
  ['team away', /\( SELECT access\.view\(\) AS view\) = 'team'::text/, 'false'],
  ['unassigned without being asked', /\( SELECT access\.unassigned\(\) AS unassigned\)/, 'true'],
  ['unassigned away', /\( SELECT access\.unassigned\(\) AS unassigned\)/, 'false'],
  ['unassigned of any team', /owner_id IS NULL\) AND \(\(team_id IS NULL\)/, 'owner_id IS NULL) AND (true OR (team_id IS NULL)'],
  ['shares that have ended', /s\.expires_at > now\(\)/, 'true'],
  ['shares of anybody', /s\.user_id = \( SELECT access\.user_id\(\) AS user_id\)/, 'true'],
  ['shares away', /is_shared AND/, 'false AND'],
];
/** The settings that policies read, made to say the widest. */
const WIDEST = {
  every_account: 'SELECT true',
  view: "SELECT 'all'",
  unassigned: 'SELECT true',
  team_ids: 'SELECT coalesce(array_agg(id), $x${}$x$) FROM gateway.team',
  teammate_ids: 'SELECT coalesce(array_agg(id), $x${}$x$) FROM gateway.desk_user',
};

export async function databaseMutants(store) {
  const list = [];
  const { rows: policies } = await store.query(
    `SELECT schemaname AS schema, tablename AS name, policyname AS policy, qual FROM pg_policies WHERE qual <> 'true' ORDER BY 1, 2, 3`,
  );
  for (const { schema, name, policy, qual } of policies) {
    const alter = (to) => `ALTER POLICY ${policy} ON ${schema}.${name} USING (${to})`;
    list.push({ name: `policy: ${schema}.${name} ${policy} true`, sql: { change: alter('true'), undo: alter(qual) } });
  }
  const { rows: walled } = await store.query(
    `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND c.relrowsecurity ORDER BY 1`,
  );
  for (const { name } of walled) {
    const alter = (verb) => `ALTER TABLE ${name} ${verb} ROW LEVEL SECURITY`;
    list.push({ name: `policy: ${name} switched off`, sql: { change: alter('DISABLE'), undo: alter('ENABLE') } });
  }
  const sight = policies.find(({ schema, name, policy }) => schema === 'tickets' && name === 'ticket' && policy === 'in_sight');
  for (const [what, old, text] of CLAUSES) {
    const changed = sight.qual.replace(old, text);
    if (changed === sight.qual) throw new Error(`the policy in_sight has changed, adjust test/access/mutants: ${what}`);
    const alter = (to) => `ALTER POLICY in_sight ON tickets.ticket USING (${to})`;
    list.push({ name: `policy: tickets.ticket in_sight, ${what}`, sql: { change: alter(changed), undo: alter(sight.qual) } });
  }
  const { rows: functions } = await store.query(
    `SELECT p.proname AS name, pg_get_functiondef(p.oid) AS definition, pg_get_function_result(p.oid) AS result FROM pg_proc p
     JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'access' AND p.prokind = 'f'`,
  );
  for (const [name, widest] of Object.entries(WIDEST)) {
    const found = functions.find((one) => one.name === name);
    if (!found) throw new Error(`access.${name}() is gone, adjust test/access/mutants`);
    const { definition, result } = found;
    const change = `CREATE OR REPLACE FUNCTION access.${name}() RETURNS ${result} LANGUAGE sql STABLE SECURITY DEFINER AS $f$ ${widest} $f$`;
    list.push({ name: `setting: access.${name}() says the widest`, sql: { change, undo: definition } });
  }
  const { rows } = await store.query('SELECT current_database() AS name');
  const role = (service) => `"${rows[0].name}_${service}"`;
  for (const table of ['comment', 'draft']) {
    const right = `SELECT ON conversations.${table}`;
    list.push({
      name: `role: what renders for customers may read ${table}s`,
      sql: { change: `GRANT ${right} TO ${role('conversations')}`, undo: `REVOKE ${right} FROM ${role('conversations')}` },
    });
  }
  for (const right of ['UPDATE', 'DELETE']) {
    const on = `${right} ON gateway.audit`;
    list.push({
      name: `role: audit, ${right}`,
      sql: { change: `GRANT ${on} TO ${role('gateway')}`, undo: `REVOKE ${on} FROM ${role('gateway')}` },
    });
  }
  return list;
}
