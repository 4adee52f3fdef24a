import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TicketScope } from '@helpdesk/access';
import { Database, Keys, migrate, roleUrl } from '@helpdesk/platform';
import { startPostgres, type PostgresServer } from '@helpdesk/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { SearchRepository } from './search.repository.js';
import { SearchService } from './search.service.js';

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [ACCOUNT, OTHER, USER] = [id(1), id(2), id(3)];
const TICKETS = 20_000;
// A word of its own on each ticket, so that there are many to be told apart.
/** On every third ticket, on each ten-thousandth, and on tickets of the other account alone. */
const [COMMON, RARE, FOREIGN] = ['invoice', 'zeppelin', 'elsewhere'];

let postgres: PostgresServer;
let owner: pg.Client;
let source: DataSource;
let service: SearchService;

const scope = (accountId: string, view: 'all' | 'own' = 'all'): TicketScope => {
  const rule = { scope: view, unassigned: false };
  return { accountId, userId: USER, isSuperAdmin: false, view: rule, edit: rule, delete: rule, teamIds: [], teammateIds: [USER] };
};
const numbers = async (q: string, as = scope(ACCOUNT)) => (await service.search(as, q, 10)).map(({ number }) => number);

beforeAll(async () => {
  postgres = await startPostgres();
  const asSuperuser = new pg.Client({ connectionString: postgres.url });
  await asSuperuser.connect();
  // Row-level security binds this owner.
  await asSuperuser.query("CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'x'");
  await asSuperuser.query('CREATE DATABASE kept OWNER keeper');
  await asSuperuser.end();
  const url = Object.assign(new URL(postgres.url), { username: 'keeper', password: 'x', pathname: '/kept' });
  const keys = new Keys('a secret for this test only');
  await migrate(url.href, keys);
  owner = new pg.Client({ connectionString: url.href });
  await owner.connect();
  for (const accountId of [ACCOUNT, OTHER]) {
    await owner.query(`SET app.account = '${accountId}'; SET app.view = 'all'`);
    await owner.query("INSERT INTO tickets.pipeline (account_id, id, name) VALUES ($1, $1, '')", [accountId]);
    await owner.query(
      "INSERT INTO tickets.stage (account_id, id, pipeline_id, name, category, position) VALUES ($1, $1, $1, '', 'new', 0)",
      [accountId],
    );
    await owner.query(
      `INSERT INTO tickets.ticket (id, account_id, number, name, pipeline_id, stage_id, owner_id, source, created_at, last_activity_at)
       SELECT gen_random_uuid(), $1::uuid, n, concat_ws(' ', 'Ticket', 'number' || n, left(translate(md5(n::text), '0123456789', 'ghijklmnop'), 12), CASE WHEN n % 3 = 0 THEN '${COMMON}' END,
         CASE WHEN n % 10000 = 0 THEN '${RARE}' END, CASE WHEN $1::uuid = '${OTHER}' THEN '${FOREIGN}' END), $1::uuid, $1::uuid,
         CASE WHEN n % 100 = 0 THEN '${USER}'::uuid END, 'api', now(), now() - n * interval '1 minute' FROM generate_series(1, ${TICKETS}) n`,
      [accountId],
    );
  }
  await owner.query('RESET app.account; RESET app.view; ANALYZE tickets.ticket, tickets.search_text, tickets.search_word');
  const { username, ...role } = roleUrl({ databaseUrl: url.href, keys }, 'tickets');
  source = await new DataSource({ type: 'postgres', ...role, username, extra: { max: 2, pipeline: true } }).initialize();
  service = new SearchService(new SearchRepository(new Database(source)));
}, 120_000);

afterAll(async () => {
  await source?.destroy();
  await owner?.end();
  await postgres?.stop();
}, 30_000);

describe('2.14 search among many tickets', () => {
  test('common, rare, misspelt words and numbers lead to the newest tickets that have them', async () => {
    expect(await numbers(COMMON)).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
    expect(await numbers(RARE)).toEqual([10_000, 20_000]);
    expect(await numbers('zepelin')).toEqual([10_000, 20_000]);
    expect(await numbers('#4711')).toEqual([4_711]);
    expect(await numbers(`ticket ${COMMON} zeppel`)).toEqual([]);
    expect(await numbers(`ticket ${RARE.slice(0, 4)}`)).toEqual([10_000, 20_000]);
  });

  test('who sees few finds few, however common the word (S-11)', async () => {
    const his = scope(ACCOUNT, 'own');
    expect(await numbers(COMMON, his)).toEqual([300, 600, 900, 1_200, 1_500, 1_800, 2_100, 2_400, 2_700, 3_000]);
    expect(await numbers('#4711', his)).toEqual([]);
    expect(await numbers('number4711', his)).toEqual([]);
  });

  test('an account neither finds nor is led to what stands in another', async () => {
    for (const q of [FOREIGN, 'elsewere', 'elsewherre']) expect(await numbers(q)).toEqual([]);
    expect(await numbers('elsewere', scope(OTHER))).toHaveLength(10);
    const repository = new SearchRepository(new Database(source));
    expect(await repository.similar(scope(ACCOUNT), ['elsewere'])).toEqual(new Map([['elsewere', []]]));
    expect(await repository.hits(scope(ACCOUNT), `'${FOREIGN}'`, 10)).toEqual([]);
  });
});

describe('statements go by index', () => {
  const INSIDE = /SELECT .*?(?=\s*\$function\$)/s;
  /** The plan of what a function asks, made as it makes it. */
  async function planInside(name: string, values: string): Promise<string> {
    const { rows } = await owner.query<{ body: string }>('SELECT pg_get_functiondef($1::regproc) AS body', [`tickets.${name}`]);
    const body = INSIDE.exec(rows[0]?.body ?? '')?.[0] ?? '';
    const types = { search_hits: 'tsquery, int', similar_words: 'text' }[name];
    const text = body.replaceAll('wanted', '$1').replaceAll('most', '$2').replaceAll('given', '$1');
    await owner.query('BEGIN');
    await owner.query(`SET LOCAL app.account = '${ACCOUNT}'; SET LOCAL search_path = tickets, extensions, pg_temp; SET LOCAL enable_seqscan = off;
      SET LOCAL plan_cache_mode = force_generic_plan; PREPARE asked (${types}) AS ${text}`);
    const plan = await owner.query<{ 'QUERY PLAN': string }>(`EXPLAIN EXECUTE asked (${values})`);
    await owner.query('DEALLOCATE asked; ROLLBACK');
    return plan.rows.map((row) => row['QUERY PLAN']).join('\n');
  }

  test('words by the index of words, together with the account', async () => {
    expect(await planInside('search_hits', "'invoice', 10")).toMatch(/search_text_words[\s\S]*Index Cond: .*account_id = .*words @@/);
  });

  test('similar words by the index of their parts', async () => {
    expect(await planInside('similar_words', "'invoise'")).toMatch(/search_word_similar[\s\S]*Index Cond: .*account_id = .*word % /);
  });

  test('a walk by the order of activity, and for each ticket its own rows', async () => {
    const asked: string[] = [];
    const database = new Database(source);
    const query = database.query.bind(database);
    database.query = async (sight, text, values) => {
      asked.push(text);
      return query(sight, text, values);
    };
    await new SearchService(new SearchRepository(database)).search(scope(ACCOUNT), COMMON, 10);
    const walk = asked.find((text) => text.includes('t.excerpt')) ?? '';
    const types = 'uuid, uuid, tsquery';
    const { rows } = await database.transaction(scope(ACCOUNT), async (tx) => {
      await tx.query(`PREPARE walked (${types}) AS ${walk.replace('$1::uuid', '$1')}`, [], 'once');
      return {
        rows: await tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN EXECUTE walked ('${ACCOUNT}', '${ACCOUNT}', '''${COMMON}''')`, [], 'once'),
      };
    });
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Index Scan using ticket_activity_order/);
    expect(plan).toMatch(/search_text_of_ticket/);
    // Of what people have begun to write there is little.
    expect(plan).not.toMatch(/Seq Scan on (?!ticket_unsent)|Sort/);
  });
});
