import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TicketScope } from '@helpdesk/access';
import { TICKET_SORTS, TICKET_VIEWS, type ListTicketsArgs } from '@helpdesk/contracts';
import { Database, Keys, migrate, roleUrl } from '@helpdesk/platform';
import { Random, startPostgres, type PostgresServer } from '@helpdesk/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { PropertiesService } from '../properties/properties.service.js';
import { SearchRepository } from '../search/search.repository.js';
import { SearchService } from '../search/search.service.js';
import { ViewsService } from '../views/views.service.js';
import { ListingService } from './listing.service.js';

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [ACCOUNT, CHANGING, USER, MATE, TEAM] = [id(1), id(2), id(3), id(4), id(5)];
const TICKETS = 50_000;

let postgres: PostgresServer;
let owner: pg.Client;
let source: DataSource;
let database: Database;

const scope = (accountId: string, view: 'all' | 'team' | 'own'): TicketScope => {
  const rule = { scope: view, unassigned: view !== 'own' };
  const circle = view === 'team' ? { teamIds: [TEAM], teammateIds: [USER, MATE] } : { teamIds: [], teammateIds: [USER] };
  return { accountId, userId: USER, isSuperAdmin: false, view: rule, edit: rule, delete: rule, ...circle };
};

beforeAll(async () => {
  postgres = await startPostgres();
  const keys = new Keys('a secret for this test only');
  await migrate(postgres.url, keys);
  owner = new pg.Client({ connectionString: postgres.url });
  await owner.connect();
  for (const accountId of [ACCOUNT, CHANGING]) {
    await owner.query("INSERT INTO tickets.pipeline (account_id, id, name) VALUES ($1, $1, '')", [accountId]);
    await owner.query(
      "INSERT INTO tickets.stage (account_id, id, pipeline_id, name, category, position) VALUES ($1, $1, $1, '', 'new', 0)",
      [accountId],
    );
  }
  // Without triggers, which would take long: their sums and words are not looked at here.
  await owner.query(`
    SET session_replication_role = replica;
    INSERT INTO tickets.ticket (id, account_id, number, name, pipeline_id, stage_id, owner_id, team_id, source, contact_id, created_at, last_activity_at, closed_at, deleted_at)
      SELECT gen_random_uuid(), '${ACCOUNT}', n, 'Ticket', '${ACCOUNT}', '${ACCOUNT}', CASE n % 100 WHEN 0 THEN '${USER}'::uuid WHEN 1 THEN '${MATE}' ELSE gen_random_uuid() END,
        CASE WHEN n % 50 = 0 THEN '${TEAM}'::uuid END, 'api', '${USER}', now() - n * interval '1 minute', now() - n * interval '1 second',
        CASE WHEN n % 10 > 0 THEN now() END, CASE WHEN n % 500 = 7 THEN now() END FROM generate_series(1, ${TICKETS}) n;
    INSERT INTO tickets.ticket_contact (account_id, ticket_id, contact_id, position) SELECT account_id, id, contact_id, 0 FROM tickets.ticket WHERE number % 1000 = 0;
    SET session_replication_role = origin`);
  await owner.query('VACUUM ANALYZE');
  const { username, ...role } = roleUrl({ databaseUrl: postgres.url, keys }, 'tickets');
  source = await new DataSource({ type: 'postgres', ...role, username, extra: { max: 5, pipeline: true } }).initialize();
  database = new Database(source);
}, 120_000);

afterAll(async () => {
  await source?.destroy();
  await owner?.end();
  await postgres?.stop();
}, 30_000);

/** The plan of the list that is asked for: of any values where the statement is kept, else of these. */
async function planOf(as: TicketScope, args: Partial<ListTicketsArgs>): Promise<string> {
  const asked: { text: string; values: unknown[]; use?: string }[] = [];
  const listening = new Database(source);
  const query = listening.query.bind(listening);
  listening.query = async (sight, text, values = [], use) => {
    asked.push({ text, values, use });
    return query(sight, text, values, use);
  };
  const properties = new PropertiesService(listening, undefined as never);
  const views = new ViewsService(listening, properties);
  await new ListingService(listening, properties, views, new SearchService(new SearchRepository(listening))).list(as, {
    limit: 50,
    ...args,
  });
  const { text, values, use } = asked.find((one) => one.text.includes('sort_value')) ?? { text: '', values: [] };
  const explain = use === 'once' ? ([`EXPLAIN ${text}`, values] as const) : ([`EXPLAIN (GENERIC_PLAN) ${text}`, []] as const);
  const { rows } = await database.transaction(as, async (tx) => ({
    rows: await tx.query<{ 'QUERY PLAN': string }>(explain[0], [...explain[1]], 'once'),
  }));
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('every list goes by index (W-28)', () => {
  const filter = {
    and: [
      { field: 'closedAt', op: 'is_empty' as const },
      { field: 'source', op: 'eq' as const, value: 'api' },
    ],
  };
  const lists: Partial<ListTicketsArgs>[] = [
    {},
    ...TICKET_VIEWS.map((view) => ({ view })),
    ...TICKET_SORTS.map((sort) => ({ sort })),
    { contactId: USER },
    { filter },
    { q: '#4711' },
  ];
  test.each(lists.flatMap((list) => (['all', 'team', 'own'] as const).map((view) => [JSON.stringify(list), view, list] as const)))(
    '%s, scope %s',
    async (_name, view, list) => {
      const plan = await planOf(scope(ACCOUNT, view), list);
      expect(plan).toMatch(/Index (Only )?Scan .*(on|using) ticket/);
      expect(plan).not.toMatch(/Seq Scan on ticket( |$)/m);
    },
  );

  test('and who sees all reads no more than a page of it', async () => {
    for (const list of [{}, { view: 'all_open' }, { view: 'all_closed' }, { view: 'trash' }, { sort: '-createdAt' as const }])
      expect(await planOf(scope(ACCOUNT, 'all'), list)).not.toMatch(/Sort/);
  });
});

test('sums are what there is, whatever is changed side by side and put together meanwhile', async () => {
  const random = new Random(11);
  const ids = Array.from({ length: 40 }, () => randomUUID());
  let number = 0;
  const make = (ticketId: string) =>
    database.query(
      CHANGING,
      `INSERT INTO tickets.ticket (id, account_id, number, name, pipeline_id, stage_id, source, created_at, last_activity_at)
       VALUES ($1, $2, $3, '', $2, $2, 'api', now(), now()) ON CONFLICT DO NOTHING`,
      [ticketId, CHANGING, (number += 1)],
    );
  const change = (set: string, ticketId: string) =>
    database.query(CHANGING, `UPDATE tickets.ticket SET ${set} WHERE account_id = $1 AND id = $2`, [CHANGING, ticketId]);
  const sets = [
    `owner_id = '${USER}'`,
    `owner_id = '${MATE}'`,
    'owner_id = NULL',
    `team_id = '${TEAM}'`,
    'closed_at = now()',
    'closed_at = NULL',
  ];
  sets.push('deleted_at = now()', 'deleted_at = NULL', "name = 'another'");
  const both = `SELECT state, owner_id, team_id, sum(tickets)::int AS tickets, sum(counted)::int AS counted FROM (
      SELECT state, owner_id, team_id, 0 AS tickets, tickets AS counted FROM tickets.ticket_count WHERE account_id = $1
      UNION ALL SELECT tickets.state_of(t), owner_id, team_id, 1, 0 FROM tickets.ticket t WHERE account_id = $1) x
    GROUP BY 1, 2, 3 HAVING sum(tickets) <> sum(counted)`;
  const one = async () => {
    for (let i = 0; i < 60; i += 1) {
      const ticketId = random.pick(ids);
      const die = random.int(12);
      if (die === 0) await database.query(CHANGING, 'DELETE FROM tickets.ticket WHERE account_id = $1 AND id = $2', [CHANGING, ticketId]);
      else if (die < 4) await make(ticketId);
      else if (die === 4) await database.query(CHANGING, 'SELECT tickets.fold_ticket_counts($1)', [CHANGING]);
      else if (die === 5) expect(await database.query(CHANGING, both, [CHANGING])).toEqual([]);
      else await change(random.pick(sets), ticketId);
    }
  };
  await Promise.all(Array.from({ length: 5 }, one));
  expect(await database.query(CHANGING, both, [CHANGING])).toEqual([]);
  await database.query(CHANGING, 'SELECT tickets.fold_ticket_counts($1)', [CHANGING]);
  const rows = await database.query<{ n: number }>(
    CHANGING,
    'SELECT count(*)::int AS n FROM tickets.ticket_count WHERE account_id = $1 GROUP BY state, owner_id, team_id',
    [CHANGING],
  );
  expect(rows.length).toBeGreaterThan(3);
  expect(rows.every(({ n }) => n === 1)).toBe(true);
  expect(await database.query(CHANGING, both, [CHANGING])).toEqual([]);
});
