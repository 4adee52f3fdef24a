import type pg from 'pg';
import type { Member, World } from './world.js';

/** Services with schemas of their own; each logs in with the role `<database>_<service>`. */
const SERVICES = ['gateway', 'channels', 'conversations', 'tickets', 'notifications'];
/** Rows that hang on a ticket, for whom the ticket is seen. */
const OF_TICKETS = [
  'ticket_link',
  'ticket_activity',
  'ticket_follower',
  'ticket_mention',
  'ticket_contact',
  'ticket_company',
  'sla_event',
  'sla_clock',
  'search_text',
  'ticket_unsent',
  'operation_item',
];

export interface Table {
  schema: string;
  name: string;
  /** The column that says whose a row is. */
  key: string;
}
interface Counts {
  ours: number;
  others: number;
}

const TABLES = `
  SELECT n.nspname AS schema, c.relname AS name, a.attname AS key FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = CASE WHEN n.nspname || '.' || c.relname = 'gateway.account' THEN 'id' ELSE 'account_id' END
  WHERE c.relkind = 'r' AND n.nspname = ANY ($1) ORDER BY 1, 2`;

/** What keeps rows of accounts. */
export const accountTables = async (store: pg.Client, schemas = SERVICES): Promise<Table[]> =>
  (await store.query<Table>(TABLES, [schemas])).rows;

/** Transactions under a role, with the settings that say for whom; nothing of them is kept. */
class Walls {
  constructor(
    private readonly store: pg.Client,
    private readonly database: string,
  ) {}

  role(service: string): string {
    return `"${this.database}_${service}"`;
  }

  /** `plant`: rows that are there for this transaction only. */
  async as<R extends object>(role: string, settings: Record<string, string>, sql: string, plant: string[] = []): Promise<R[]> {
    const set = Object.entries(settings).map(([name, value]) => `SET LOCAL app.${name} = '${value}'`);
    try {
      await this.store.query(["BEGIN; SET LOCAL lock_timeout = '5s'; SET LOCAL session_replication_role = replica", ...plant].join('; '));
      await this.store.query(['SET LOCAL session_replication_role = origin', `SET LOCAL ROLE ${role}`, ...set].join('; '));
      return (await this.store.query<R>(sql)).rows;
    } finally {
      await this.store.query('ROLLBACK');
    }
  }
}

export interface Probed {
  wrong: string[];
  /** How many tables could be asked. */
  asked: number;
  /** What nobody could ask, and why: it proves nothing. */
  unasked: string[];
}
type Probe = Pick<Probed, 'wrong' | 'unasked'>;

/** What PostgreSQL says of a refusal, by a policy as well as for want of a right. */
const REFUSED = '42501';

/**
 * Asks PostgreSQL itself, under the role of each service and the settings of a transaction: what may be seen without any help of the code.
 */
export async function probeWalls(world: World): Promise<Probed> {
  const { store } = world;
  const { rows } = await store.query<{ database: string }>('SELECT current_database() AS database');
  const walls = new Walls(store, rows[0]?.database ?? '');
  const tables = await accountTables(store, [...SERVICES, 'bus']);
  const [ours, theirs] = world.accounts.map(({ id }) => id) as [string, string];
  const [wrong, unasked]: [string[], string[]] = [[], []];
  let asked = 0;
  for (const table of tables) {
    const found = await probeTable(world, walls, table, [ours, theirs]);
    if (typeof found === 'string') unasked.push(found);
    else {
      asked += 1;
      wrong.push(...found.wrong);
      unasked.push(...found.unasked);
    }
  }
  wrong.push(...(await probeScopes(world, (user, sql) => walls.as(walls.role('tickets'), settingsOf(world, user), sql))));
  wrong.push(
    ...(await probeComments(ours, (sql, plant) => walls.as(walls.role('conversations'), { account: ours, view: 'all' }, sql, plant))),
  );
  for (const change of ["UPDATE gateway.audit SET action = 'x'", 'DELETE FROM gateway.audit']) {
    const { isDone } = await attempt(walls.as(walls.role('gateway'), { account: ours }, change));
    if (isDone) wrong.push(`the audit can be changed: ${change}`);
  }
  return { wrong, asked, unasked };
}

/** Whether it is let through; refused for want of a right, no policy was asked. Whatever else fails is thrown. */
async function attempt(work: Promise<unknown>): Promise<{ isDone: boolean; hasNoRight: boolean }> {
  try {
    await work;
    return { isDone: true, hasNoRight: false };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== REFUSED) throw error;
    return { isDone: false, hasNoRight: message.startsWith('permission denied') };
  }
}

/** Each account sees its rows only, and nobody sees any where nobody said for whom. A text: why nothing could be asked there. */
async function probeTable(
  world: World,
  walls: Walls,
  { schema, name, key }: Table,
  [ours, theirs]: [string, string],
): Promise<Probe | string> {
  const table = `${schema}.${name}`;
  const role = walls.role(['comment', 'draft'].includes(name) ? 'comments' : schema === 'bus' ? 'tickets' : schema);
  const count = `SELECT count(*) FILTER (WHERE ${key} = '${ours}')::int AS ours, count(*) FILTER (WHERE ${key} <> '${ours}')::int AS others FROM ${table}`;
  const { rows } = await world.store.query<Counts>(count);
  let there = rows[0] as Counts;
  let plant: string[] = [];
  if (there.ours === 0 || there.others === 0) {
    plant = await plantIn(world.store, table, key, [ours, theirs]);
    try {
      there = (await walls.as<Counts>('NONE', {}, count, plant))[0] as Counts;
    } catch (error) {
      return `${table}: no row can be made there (${(error as Error).message})`;
    }
  }
  const inAccount = { account: ours, view: 'all' };
  const wrong: string[] = [];
  const [seen] = await walls.as<Counts>(role, inAccount, count, plant);
  if (seen?.others !== 0) wrong.push(`${table}: ${seen?.others} rows of others are seen from within an account`);
  if (seen?.ours !== there.ours) wrong.push(`${table}: ${seen?.ours} of ${there.ours} own rows are seen`);
  const [unset] = await walls.as<Counts>(role, {}, count, plant);
  if (!unset || unset.ours + unset.others > 0) wrong.push(`${table}: rows are seen where nobody said for whom`);
  const move = `UPDATE ${table} SET ${key} = '${theirs}' WHERE ${key} = '${ours}'`;
  const { isDone, hasNoRight } = await attempt(walls.as(role, inAccount, move, plant));
  if (isDone) wrong.push(`${table}: a row can be moved to another account`);
  return { wrong, unasked: hasNoRight ? [`${table}: ${role} may not change rows`] : [] };
}

/** Statements that make one row for each account, with anything in the columns that must have something. */
async function plantIn(store: pg.Client, table: string, key: string, accounts: string[]): Promise<string[]> {
  const { rows } = await store.query<{ name: string; type: string }>(
    `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type FROM pg_attribute a
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND a.attname <> $2`,
    [table, key],
  );
  const anything = ({ type }: { type: string }) => {
    if (type === 'uuid') return 'gen_random_uuid()';
    if (type.endsWith('[]') || type.startsWith('json')) return `'{}'`;
    if (type === 'bytea') return "decode(md5(random()::text), 'hex')";
    if (type.startsWith('timestamp')) return 'now()';
    return type === 'boolean' ? 'false' : type === 'text' ? "'x'" : '1';
  };
  const columns = [key, ...rows.map(({ name }) => name)].join(', ');
  return accounts.map((account) => `INSERT INTO ${table} (${columns}) VALUES (${[`'${account}'`, ...rows.map(anything)].join(', ')})`);
}

type Ask = (sql: string, plant?: string[]) => Promise<object[]>;

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
async function probeComments(account: string, ask: Ask): Promise<string[]> {
  const wrong: string[] = [];
  for (const table of ['comment', 'draft']) {
    const { isDone } = await attempt(ask(`SELECT 1 FROM conversations.${table} LIMIT 1`));
    if (isDone) wrong.push(`conversations.${table} can be read by what renders for customers`);
  }
  const ofComment = `INSERT INTO conversations.attachment (account_id, id, comment_id, filename, content_type, size, sha256, is_inline)
    VALUES ('${account}', gen_random_uuid(), gen_random_uuid(), 'x', 'text/plain', 1, '', false)`;
  const files = await ask('SELECT 1 FROM conversations.attachment WHERE comment_id IS NOT NULL', [ofComment]);
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
