import type { Member, World } from './world.js';

/** Services with schemas of their own; each logs in with the role `<database>_<service>`. */
const SERVICES = ['gateway', 'channels', 'conversations', 'tickets', 'notifications'];
/** Rows that hang on a ticket, for whom the ticket is seen. */
const OF_TICKETS = ['ticket_link', 'ticket_activity', 'ticket_follower', 'ticket_mention', 'ticket_contact', 'ticket_company'];

/**
 * Asks PostgreSQL itself, under the role of each service and the settings of a transaction: what may be seen without any help of the code.
 * Gives what is wrong. The world must have rows of both accounts in the tables; `asked` counts those that have.
 */
export async function probeWalls(world: World): Promise<{ wrong: string[]; asked: number }> {
  const { store } = world;
  const { rows } = await store.query<{ database: string }>('SELECT current_database() AS database');
  const role = (service: string) => `"${rows[0]?.database}_${service}"`;
  const wrong: string[] = [];
  let asked = 0;
  const as = async <R extends object>(who: string, settings: Record<string, string>, sql: string, values: unknown[] = []): Promise<R[]> => {
    const set = Object.entries(settings).map(([name, value]) => `SET LOCAL app.${name} = '${value}'`);
    await store.query(['BEGIN', `SET LOCAL ROLE ${who}`, ...set].join('; '));
    try {
      return (await store.query<R>(sql, values)).rows;
    } finally {
      await store.query('ROLLBACK');
    }
  };

  const { rows: tables } = await store.query<{ schema: string; name: string; key: string }>(
    `SELECT n.nspname AS schema, c.relname AS name, a.attname AS key FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = CASE WHEN n.nspname || '.' || c.relname = 'gateway.account' THEN 'id' ELSE 'account_id' END
     WHERE c.relkind = 'r' AND n.nspname = ANY ($1) ORDER BY 1, 2`,
    [[...SERVICES, 'bus']],
  );
  const [ours, theirs] = world.accounts.map(({ id }) => id) as [string, string];
  for (const { schema, name, key } of tables) {
    const table = `${schema}.${name}`;
    const who = ['comment', 'draft'].includes(name) ? role('comments') : role(schema === 'bus' ? 'tickets' : schema);
    const count = `SELECT count(*) FILTER (WHERE ${key} = '${ours}')::int AS ours, count(*) FILTER (WHERE ${key} <> '${ours}')::int AS others FROM ${table}`;
    const { rows: all } = await store.query<{ ours: number; others: number }>(count);
    if (!all[0]?.ours || !all[0].others) continue;
    asked += 1;
    const [inAccount] = await as<{ ours: number; others: number }>(who, { account: ours, view: 'all' }, count);
    if (inAccount?.others !== 0) wrong.push(`${table}: ${inAccount?.others} rows of others are seen from within an account`);
    if (inAccount?.ours !== all[0].ours) wrong.push(`${table}: ${inAccount?.ours} of ${all[0].ours} own rows are seen`);
    const [unset] = await as<{ ours: number; others: number }>(who, {}, count);
    if (!unset || unset.ours + unset.others > 0) wrong.push(`${table}: rows are seen where nobody said for whom`);
    // Moving a row to another account is refused, or there is no right to change rows at all.
    const moved = await as(who, { account: ours, view: 'all' }, `UPDATE ${table} SET ${key} = '${theirs}' WHERE ${key} = '${ours}'`).then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );
    if (moved !== '42501') wrong.push(`${table}: a row can be moved to another account (${moved})`);
  }
  wrong.push(...(await probeScopes(world, (user, sql) => as(role('tickets'), settingsOf(world, user), sql))));
  wrong.push(...(await probeComments((sql) => as(role('conversations'), { account: ours, view: 'all' }, sql))));
  for (const change of ["UPDATE gateway.audit SET action = 'x'", 'DELETE FROM gateway.audit']) {
    const done = await as(role('gateway'), { account: ours }, change).then(
      () => true,
      () => false,
    );
    if (done) wrong.push(`the audit can be changed: ${change}`);
  }
  return { wrong, asked };
}

type Ask = (sql: string) => Promise<object[]>;

/** The scope in row-level security: each person sees exactly the tickets of the model, and what hangs on them. */
async function probeScopes(world: World, ask: (user: Member, sql: string) => Promise<object[]>): Promise<string[]> {
  const wrong: string[] = [];
  const here = `ARRAY['${world.tickets.map(({ id }) => id).join("','")}']::uuid[]`;
  for (const user of world.everybody) {
    const expected = world.reachedBy(user).map(({ id }) => id);
    const ids = async (table: string, column: string) =>
      ((await ask(user, `SELECT DISTINCT ${column} AS id FROM tickets.${table} WHERE ${column} = ANY (${here})`)) as { id: string }[])
        .map(({ id }) => id)
        .toSorted();
    if ((await ids('ticket', 'id')).join() !== expected.toSorted().join()) wrong.push(`tickets.ticket: not the sight of ${user.name}`);
    for (const table of OF_TICKETS) {
      const seen = await ids(table, 'ticket_id');
      if (seen.some((id) => !expected.includes(id))) wrong.push(`tickets.${table}: more than the sight of ${user.name}`);
    }
  }
  return wrong;
}

/** Who renders for customers has no way to what agents write for each other. */
async function probeComments(ask: Ask): Promise<string[]> {
  const wrong: string[] = [];
  for (const table of ['comment', 'draft']) {
    const isOpen = await ask(`SELECT 1 FROM conversations.${table} LIMIT 1`).then(
      () => true,
      () => false,
    );
    if (isOpen) wrong.push(`conversations.${table} can be read by what renders for customers`);
  }
  const files = await ask('SELECT 1 FROM conversations.attachment WHERE comment_id IS NOT NULL');
  if (files.length > 0) wrong.push('files of comments can be read by what renders for customers');
  return wrong;
}

/** The settings of a transaction of this person, in the words of docs/access.md rule 3. */
function settingsOf(world: World, user: Member): Record<string, string> {
  const mates = world.everybody.filter((one) => one.id === user.id || one.teams.some((team) => user.teams.includes(team)));
  return {
    account: user.account,
    user_id: user.id,
    view: user.superAdmin ? 'all' : user.scopes.view.scope,
    unassigned: user.scopes.view.unassigned ? 'on' : 'off',
    teams: `{${user.teams.join()}}`,
    teammates: `{${mates.map(({ id }) => id).join()}}`,
  };
}
