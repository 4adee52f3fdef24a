import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TicketAccessFacts, TicketAction } from '@helpdesk/contracts';
import { Database, Keys, migrate, roleUrl } from '@helpdesk/platform';
import { startPostgres, type PostgresServer } from '@helpdesk/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { actionToSql, scopeMatches, scopePartsToSql, scopeToSql, type ScopeLevel, type TicketScope } from './ticket-scope.js';

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const ACCOUNTS = [id(1), id(2)];
const USERS = [id(3), id(4), id(5)];
const TEAMS = [id(6), id(7)];
const LEVELS: ScopeLevel[] = ['all', 'team', 'own', 'none'];
const ACTIONS: TicketAction[] = ['view', 'edit', 'delete'];
const [LATER, EARLIER] = [new Date(Date.now() + 3_600_000).toISOString(), new Date(Date.now() - 3_600_000).toISOString()];
const SHARES: TicketAccessFacts['shares'][] = [
  [],
  [{ userId: id(3), teamId: null, expiresAt: null }],
  [{ userId: id(3), teamId: null, expiresAt: EARLIER }],
  [{ userId: id(4), teamId: null, expiresAt: LATER }],
  [{ userId: null, teamId: id(6), expiresAt: LATER }],
];

let postgres: PostgresServer;
let source: DataSource;
let database: Database;
const tickets: (TicketAccessFacts & { number: number })[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  const keys = new Keys('a secret for this test only');
  await migrate(postgres.url, keys);
  for (const accountId of ACCOUNTS)
    for (const ownerId of [null, ...USERS])
      for (const teamId of [null, ...TEAMS])
        for (const shares of SHARES) tickets.push({ number: tickets.length, accountId, ownerId, teamId, shares });
  const owner = new pg.Client({ connectionString: postgres.url });
  await owner.connect();
  // One status in each account, called like the account.
  for (const accountId of ACCOUNTS) {
    await owner.query("INSERT INTO tickets.pipeline (account_id, id, name) VALUES ($1, $1, '')", [accountId]);
    await owner.query(
      "INSERT INTO tickets.stage (account_id, id, pipeline_id, name, category, position) VALUES ($1, $1, $1, '', 'new', 0)",
      [accountId],
    );
  }
  for (const { number, accountId, ownerId, teamId, shares } of tickets) {
    await owner.query(
      `INSERT INTO tickets.ticket (id, account_id, number, name, pipeline_id, stage_id, owner_id, team_id, is_shared, source, created_at, last_activity_at)
       VALUES ($1, $2, $3, '', $2, $2, $4, $5, $6, 'api', now(), now())`,
      [id(1_000 + number), accountId, number, ownerId, teamId, shares.length > 0],
    );
    for (const { userId, teamId: team, expiresAt } of shares)
      await owner.query(
        'INSERT INTO tickets.ticket_share (account_id, id, ticket_id, user_id, team_id, expires_at, created_by) VALUES ($1, $2, $2, $3, $4, $5, $2)',
        [accountId, id(1_000 + number), userId, team, expiresAt],
      );
  }
  await owner.end();
  const { username, ...role } = roleUrl({ databaseUrl: postgres.url, keys }, 'tickets');
  source = await new DataSource({ type: 'postgres', ...role, username, extra: { max: 2, pipeline: true } }).initialize();
  database = new Database(source);
}, 60_000);

afterAll(async () => {
  await source?.destroy();
  await postgres?.stop();
}, 30_000);

test('the rule in memory, the predicate, its parts and row-level security agree on every kind of scope and ticket', async () => {
  let asked = 0;
  for (const isSuperAdmin of [false, true])
    for (const view of LEVELS.filter((level) => level !== 'none'))
      for (const other of LEVELS)
        for (const unassigned of [false, true])
          for (const teamIds of [[], TEAMS.slice(0, 1), TEAMS])
            for (const action of ACTIONS) {
              const rule = { scope: other, unassigned };
              const teammateIds = teamIds.length > 0 ? USERS.slice(0, 2) : USERS.slice(0, 1);
              const scope: TicketScope = {
                accountId: id(1),
                userId: id(3),
                isSuperAdmin,
                view: { scope: view, unassigned: !unassigned },
                edit: rule,
                delete: rule,
                teamIds,
                teammateIds,
              };
              const values: unknown[] = [];
              const where = scopeToSql(scope, action, 't', (value) => `$${values.push(value)}`);
              const sql = `SELECT number FROM tickets.ticket t WHERE ${where} ORDER BY number`;
              const expected = tickets.filter((ticket) => scopeMatches(scope, action, ticket)).map(({ number }) => number);
              // The predicate alone, in the account as the desk itself sees it; then under the person's own sight.
              expect({ scope, action, found: await numbers(scope.accountId, sql, values) }).toEqual({ scope, action, found: expected });
              if (action === 'view') {
                const walled = await numbers(scope, 'SELECT number FROM tickets.ticket ORDER BY number', []);
                expect({ scope, walled }).toEqual({ scope, walled: expected });
              }
              expect({ scope, action, summed: await summed(scope, action) }).toEqual({ scope, action, summed: expected.length });
              asked += 1;
            }
  expect(asked).toBe(432);
});

test('without a sight, and across accounts, there is no ticket', async () => {
  expect(await numbers(null, 'SELECT number FROM tickets.ticket', [])).toEqual([]);
  expect(await numbers(id(2), 'SELECT number FROM tickets.ticket ORDER BY number', [])).toEqual(
    tickets.filter((ticket) => ticket.accountId === id(2)).map(({ number }) => number),
  );
});

const numbers = async (sight: TicketScope | string | null, sql: string, values: unknown[]) =>
  (await database.query<{ number: number }>(sight, sql, values)).map((row) => row.number);

/** How many tickets an action covers: sums of those that owner and team decide, and each one that a share alone shows. */
async function summed(scope: TicketScope, action: TicketAction): Promise<number> {
  const values: unknown[] = [];
  const add = (value: unknown) => `$${values.push(value)}`;
  const { byRule, byShareAlone } = scopePartsToSql(scope, 'c', 't', add);
  const covers = (row: string) => (action === 'view' ? 'true' : actionToSql(scope, action, row, add));
  const sql = `SELECT ((SELECT coalesce(sum(c.tickets), 0) FROM tickets.ticket_count c WHERE ${byRule} AND ${covers('c')})
    + (SELECT count(*) FROM tickets.ticket t WHERE ${byShareAlone} AND ${covers('t')}))::int AS number`;
  return (await numbers(scope.accountId, sql, values))[0] ?? 0;
}
