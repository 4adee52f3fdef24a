import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TicketAction } from '@helpdesk/contracts';
import { startPostgres, type PostgresServer } from '@helpdesk/testing';
import pg from 'pg';
import { scopeMatches, scopeToSql, type ScopeLevel, type TicketFacts, type TicketScope } from './ticket-scope.js';

const id = (n: number) => `00000000-0000-7000-8000-00000000000${n}`;
const ACCOUNTS = [id(1), id(2)];
const USERS = [id(3), id(4), id(5)];
const TEAMS = [id(6), id(7)];
const LEVELS: ScopeLevel[] = ['all', 'team', 'own', 'none'];
const ACTIONS: TicketAction[] = ['view', 'edit', 'delete'];

let postgres: PostgresServer;
let client: pg.Client;
const tickets: (TicketFacts & { n: number })[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('CREATE TABLE ticket (n int, account_id uuid, owner_id uuid, team_id uuid)');
  for (const accountId of ACCOUNTS)
    for (const ownerId of [null, ...USERS])
      for (const teamId of [null, ...TEAMS]) tickets.push({ n: tickets.length, accountId, ownerId, teamId });
  for (const t of tickets) await client.query('INSERT INTO ticket VALUES ($1, $2, $3, $4)', [t.n, t.accountId, t.ownerId, t.teamId]);
}, 60_000);

afterAll(async () => {
  await client?.end();
  await postgres?.stop();
}, 30_000);

test('PostgreSQL and the rule in memory agree on every kind of scope and every kind of ticket', async () => {
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
              const { rows } = await client.query<{ n: number }>(`SELECT n FROM ticket t WHERE ${where} ORDER BY n`, values);
              const expected = tickets.filter((ticket) => scopeMatches(scope, action, ticket)).map(({ n }) => n);
              expect({ scope, action, found: rows.map(({ n }) => n) }).toEqual({ scope, action, found: expected });
              asked += 1;
            }
  expect(asked).toBe(432);
});
