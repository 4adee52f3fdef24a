import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SERVICES, type ServiceName } from '@helpdesk/contracts';
import { startPostgres, waitFor, type PostgresServer } from '@helpdesk/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Keys } from '../security/keys.js';
import { Database } from './database.js';
import { migrate } from './migrate.js';
import { commentsRole, roleUrl } from './roles.js';
import { EVERY_ACCOUNT, withComments } from './sight.js';
import { refuseWeakDatabase } from './walls.js';

const [ACCOUNT, OTHER, ID] = [1, 2, 3].map((n) => `00000000-0000-7000-8000-00000000000${n}`) as [string, string, string];
const keys = new Keys('a secret for this test only');
let postgres: PostgresServer;
let owner: pg.Client;
const sources: DataSource[] = [];

const as = async (service: ServiceName, change: object = {}): Promise<DataSource> => {
  const { username, ...role } = roleUrl({ databaseUrl: postgres.url, keys }, service);
  const source = await new DataSource({ type: 'postgres', ...role, username, extra: { max: 2, pipeline: true }, ...change }).initialize();
  sources.push(source);
  return source;
};

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate(postgres.url, keys);
  owner = new pg.Client({ connectionString: postgres.url });
  await owner.connect();
}, 60_000);

afterAll(async () => {
  for (const source of sources) await source.destroy();
  await owner?.end();
  await postgres?.stop();
}, 30_000);

describe('row-level security', () => {
  /** What concerns no account: addresses that failed to sign in or asked for a new password, counted before anybody is known. */
  const WITHOUT_ACCOUNT = ['gateway.failed_sign_in', 'gateway.password_reset'];

  test('is forced on every table of the services and the bus', async () => {
    const { rows } = await owner.query<{ name: string }>(
      `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY ($1) AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1`,
      [[...SERVICES, 'bus']],
    );
    expect(rows.map(({ name }) => name).filter((name) => !WITHOUT_ACCOUNT.includes(name))).toEqual([]);
  });

  test('every unique key begins with the account, but for what is looked up before one is known', async () => {
    const { rows } = await owner.query<{ name: string }>(
      `SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
       WHERE i.indisunique AND n.nspname = ANY ($1) AND a.attname IS DISTINCT FROM 'account_id' ORDER BY 1`,
      [SERVICES],
    );
    expect(rows.map(({ name }) => name)).toEqual(
      [
        // The account itself; who calls, by the hash of what he shows; which channel a mail address is.
        'gateway.account_pkey',
        'gateway.api_key_key_hash_key',
        'gateway.failed_sign_in_pkey',
        'gateway.password_link_pkey',
        'gateway.password_reset_pkey',
        'gateway.session_pkey',
        'channels.channel_account_address',
      ].toSorted(),
    );
  });

  test('shows one account its own rows, and none where nobody said for whom', async () => {
    await owner.query("INSERT INTO tickets.pipeline (id, account_id, name) VALUES ($1, $2, 'ours'), ($1, $3, 'theirs')", [
      ID,
      ACCOUNT,
      OTHER,
    ]);
    const database = new Database(await as('tickets'));
    const names = async (sight: Parameters<Database['query']>[0]) =>
      (await database.query<{ name: string }>(sight, 'SELECT name FROM tickets.pipeline')).map(({ name }) => name);
    expect(await names(ACCOUNT)).toEqual(['ours']);
    expect(await names(OTHER)).toEqual(['theirs']);
    expect(await names(null)).toEqual([]);
    expect(await names(EVERY_ACCOUNT)).toEqual([]);
    // A setting lives as long as its transaction: the connection goes back without it.
    expect(await database.dataSource.query('SELECT name FROM tickets.pipeline')).toEqual([]);
    await expect(
      database.query(ACCOUNT, "INSERT INTO tickets.pipeline (id, account_id, name) VALUES ($1, $2, 'planted')", [ACCOUNT, OTHER]),
    ).rejects.toThrow(/row-level security/);
  });

  test('an injected condition still finds nothing of others', async () => {
    const database = new Database(await as('tickets'));
    const injected = "nothing' OR '1' = '1";
    const rows = await database.query<{ name: string }>(ACCOUNT, `SELECT name FROM tickets.pipeline WHERE name = '${injected}'`);
    expect(rows.map(({ name }) => name)).toEqual(['ours']);
  });
});

describe('what agents write for each other', () => {
  test.each(SERVICES.filter((service) => service !== 'conversations'))('%s has no way to conversations', async (service) => {
    const source = await as(service);
    await expect(source.query('SELECT 1 FROM conversations.comment')).rejects.toThrow(/permission denied/);
  });

  test('is no table for the role that renders for customers, and one for the role of agents', async () => {
    await owner.query(
      `INSERT INTO conversations.comment (account_id, id, ticket_id, seq, author_id, author_name, text) VALUES ($1, $2, $2, 1, $2, 'A', 'internal')`,
      [ACCOUNT, ID],
    );
    await owner.query(
      `INSERT INTO conversations.attachment (account_id, id, comment_id, filename, content_type, size, sha256, is_inline)
       VALUES ($1, $2, $2, 'internal.txt', 'text/plain', 1, '', false)`,
      [ACCOUNT, ID],
    );
    const source = await as('conversations');
    const database = new Database(source, commentsRole(roleUrl({ databaseUrl: postgres.url, keys }, 'conversations').database));
    for (const table of ['comment', 'draft'])
      await expect(database.query(ACCOUNT, `SELECT 1 FROM conversations.${table}`)).rejects.toThrow(/permission denied/);
    const files = 'SELECT filename FROM conversations.attachment';
    expect(await database.query(ACCOUNT, files)).toEqual([]);
    expect(await database.query(withComments(ACCOUNT), files)).toEqual([{ filename: 'internal.txt' }]);
    expect(await database.query(withComments(ACCOUNT), 'SELECT text FROM conversations.comment')).toEqual([{ text: 'internal' }]);
    expect(await database.query(withComments(OTHER), 'SELECT text FROM conversations.comment')).toEqual([]);
    await expect(database.query(ACCOUNT, 'SELECT 1 FROM conversations.comment')).rejects.toThrow(/permission denied/);
  });
});

test('a line of the audit log is neither changed nor removed', async () => {
  const database = new Database(await as('gateway'));
  await expect(database.query(ACCOUNT, "UPDATE gateway.audit SET action = 'x'")).rejects.toThrow(/permission denied/);
  await expect(database.query(ACCOUNT, 'DELETE FROM gateway.audit')).rejects.toThrow(/permission denied/);
});

test('an owner who is no superuser, but may make roles, can bring a database up to date and again', async () => {
  await owner.query("CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'x'");
  await owner.query('CREATE DATABASE kept OWNER keeper');
  const url = new URL(postgres.url);
  Object.assign(url, { username: 'keeper', password: 'x', pathname: '/kept' });
  expect((await migrate(url.href, keys)).length).toBeGreaterThan(10);
  expect(await migrate(url.href, keys)).toEqual([]);
  const { username, ...role } = roleUrl({ databaseUrl: url.href, keys }, 'conversations');
  const source = await new DataSource({ type: 'postgres', ...role, username }).initialize();
  sources.push(source);
  await expect(refuseWeakDatabase(source)).resolves.toBeUndefined();
  const database = new Database(source, commentsRole(role.database));
  await expect(database.query(ACCOUNT, 'SELECT 1 FROM conversations.comment')).rejects.toThrow(/permission denied/);
  expect(await database.query(withComments(ACCOUNT), 'SELECT 1 FROM conversations.comment')).toEqual([]);
});

test('a database that cannot hold every character is left alone', async () => {
  await owner.query("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0");
  const url = Object.assign(new URL(postgres.url), { pathname: '/latin' });
  await expect(migrate(url.href, keys)).rejects.toThrow(/encoded in LATIN1/);
});

describe('the start is refused', () => {
  test('not for a service’s own role', async () => expect(refuseWeakDatabase(await as('tickets'))).resolves.toBeUndefined());

  test('for the owner, a superuser', async () => {
    const source = await new DataSource({ type: 'postgres', url: postgres.url }).initialize();
    sources.push(source);
    await expect(refuseWeakDatabase(source)).rejects.toThrow(/superuser or bypasses row-level security/);
  });

  test('for a role that owns tables or may become their owner', async () => {
    await owner.query(
      "CREATE ROLE desk_owner; ALTER TABLE tickets.pipeline OWNER TO desk_owner; CREATE ROLE climber LOGIN PASSWORD 'x'; GRANT desk_owner TO climber",
    );
    const source = await as('tickets', { username: 'climber', password: 'x' });
    await expect(refuseWeakDatabase(source)).rejects.toThrow(/owns tables/);
  });

  test.each(['fsync', 'full_page_writes', 'synchronous_commit'])('with %s = off', async (setting) => {
    await owner.query(`ALTER SYSTEM SET ${setting} = off`);
    await owner.query('SELECT pg_reload_conf()');
    const source = await as('tickets');
    await waitFor(async () => ((await source.query(`SHOW ${setting}`)) as Record<string, string>[])[0]?.[setting] === 'off', {
      what: setting,
    });
    await expect(refuseWeakDatabase(source)).rejects.toThrow(`${setting} = off`);
    await owner.query(`ALTER SYSTEM RESET ${setting}`);
    await owner.query('SELECT pg_reload_conf()');
  });
});
