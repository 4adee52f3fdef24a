// `npm run bench:access`: what it costs to show everybody only what he may see. Lists, counts and single tickets among 100,000, for people
// with the scopes all, team and own, with row-level security on and off; in the database, and over HTTP at 16 clients.
//   node bench/access.mjs [--tickets 100000] [--users 200] [--seconds 5]
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startDesk } from '../dist/libs/testing/src/index.js';
import { scopeToSql } from '../dist/libs/access/src/index.js';
import { ask, bareLimit } from './lib/clients.mjs';
import { keyFor, seedPeople } from './lib/people.mjs';
import { table } from './lib/report.mjs';
import { openStore, recount } from './lib/store.mjs';

const TEAMS = 20;
const RUNS = 20;
const { values } = parseArgs({
  options: {
    tickets: { type: 'string', default: '100000' },
    users: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '5' },
  },
});
const [tickets, users, seconds] = [Number(values.tickets), Number(values.users), Number(values.seconds)];
const milliseconds = (value) => `${value.toFixed(value < 10 ? 2 : 1)} ms`;

const desk = await startDesk({ form: 'embedded', env: { LOG_LEVEL: 'warn' } });
try {
  const store = await openStore(desk.databaseUrl);
  const people = await fill(store);
  const [load] = loadavg();
  const title = `${tickets} tickets, ${users} users in ${TEAMS} teams (${cpus().length} cores, Node ${process.version}, load average before ${load?.toFixed(1)})`;
  const on = await measure(store, people);
  await walls(store, false);
  const off = await measure(store, people);
  await walls(store, true);
  table(`${title}: row-level security on / off`, rows(on, off));
  const bare = await bareLimit({ seconds });
  const trivial = await median(store, 'SELECT 1', []);
  table('bare limits of this machine, same run', [
    ['an empty answer over HTTP at 16 clients', `${bare.perSecond.toFixed(0)} requests/s, p95 ${milliseconds(bare.p95)}`],
    ['SELECT 1, as PostgreSQL times it', milliseconds(trivial)],
    ['GET /tickets, scope all ÷ an empty answer', `${((on.http.list.all.perSecond * 100) / bare.perSecond).toFixed(1)} %`],
  ]);
  await store.end();
} finally {
  await desk.stop();
}
process.exit(0);

/** Users in teams, tickets owned by them or by nobody, and one person with a key for each scope. */
async function fill(client) {
  const { rows: places } = await client.query(
    'SELECT p.account_id AS account, p.id AS pipeline, (SELECT id FROM tickets.stage s WHERE s.pipeline_id = p.id ORDER BY position LIMIT 1) AS stage FROM tickets.pipeline p',
  );
  const [{ account, pipeline, stage }] = places;
  const { ids, teams, members } = await seedPeople(client, account, { users, teams: TEAMS });
  // What tickets are found by is not measured here.
  await client.query('SET session_replication_role = replica');
  await client.query(
    `INSERT INTO tickets.ticket (account_id, id, number, name, pipeline_id, stage_id, owner_id, team_id, source, excerpt, created_at, last_activity_at)
     SELECT $1, gen_random_uuid(), 1000 + n, 'Ticket ' || n, $2, $3, CASE WHEN n % 5 > 0 THEN ($4::uuid[])[1 + n % $6] END,
       CASE WHEN n % 3 > 0 THEN ($5::uuid[])[1 + n % $7] END, 'email', 'What the customer wrote last', now() - n * interval '1 minute', now() - n * interval '1 second'
     FROM generate_series(1, $8) n`,
    [account, pipeline, stage, ids, teams, users, TEAMS, tickets],
  );
  await client.query('UPDATE tickets.account_counter SET last_number = 1000 + $2 WHERE account_id = $1', [account, tickets]);
  await client.query('RESET session_replication_role');
  await recount(client, account);
  await client.query('VACUUM ANALYZE');
  const found = {};
  for (const [i, view] of ['all', 'team', 'own'].entries()) {
    const rule = { scope: view, unassigned: view !== 'own' };
    const key = await keyFor(client, account, ids[i], rule);
    const mates = ids.filter((_, other) => members[other] === members[i]);
    const scope = { accountId: account, userId: ids[i], isSuperAdmin: false, view: rule, edit: rule, delete: rule };
    found[view] = { key, scope: { ...scope, teamIds: [members[i]], teammateIds: mates } };
  }
  return found;
}

async function walls(client, isOn) {
  const { rows: found } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'tickets'");
  for (const { tablename } of found)
    await client.query(`ALTER TABLE tickets.${tablename} ${isOn ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`);
}

async function measure(client, people) {
  const database = { list: {}, count: {}, get: {} };
  const http = { list: {}, count: {}, get: {} };
  for (const [view, { key, scope }] of Object.entries(people)) {
    const seen = await asPerson(
      client,
      scope,
      (where) => `SELECT t.id FROM tickets.ticket t WHERE ${where} ORDER BY t.last_activity_at DESC, t.id DESC LIMIT 50`,
    );
    const newest = (await seen.run()).map(({ id }) => id);
    database.list[view] = await seen.time();
    database.count[view] = await (await asPerson(client, scope, (where) => `SELECT count(*) FROM tickets.ticket t WHERE ${where}`)).time();
    database.get[view] = await (
      await asPerson(client, scope, (where) => `SELECT * FROM tickets.ticket t WHERE t.id = '${newest[0]}' AND ${where}`)
    ).time();
    const headers = { authorization: `Bearer ${key}` };
    const base = `${desk.url}/api/v1`;
    http.list[view] = await ask(base, () => '/tickets?limit=50', { headers, seconds });
    http.count[view] = await ask(base, () => '/views/counts', { headers, seconds: Math.min(seconds, 3) });
    http.get[view] = await ask(base, (n) => `/tickets/${newest[n % newest.length]}`, { headers, seconds: Math.min(seconds, 3) });
  }
  return { database, http };
}

/** A statement under the role and the settings of a person, as the tickets service sends it. */
async function asPerson(client, scope, statement) {
  const parameters = [];
  const where = `t.deleted_at IS NULL AND ${scopeToSql(scope, 'view', 't', (value) => `$${parameters.push(value)}`)}`;
  const { rows: roles } = await client.query("SELECT current_database() || '_tickets' AS role");
  const list = (ids) => `{${ids.join(',')}}`;
  const settings = `SET LOCAL ROLE "${roles[0].role}"; SET LOCAL app.account = '${scope.accountId}'; SET LOCAL app.user_id = '${scope.userId}';
    SET LOCAL app.view = '${scope.view.scope}'; SET LOCAL app.unassigned = '${scope.view.unassigned ? 'on' : 'off'}';
    SET LOCAL app.teams = '${list(scope.teamIds)}'; SET LOCAL app.teammates = '${list(scope.teammateIds)}'`;
  const within = async (work) => {
    await client.query(`BEGIN; ${settings}`);
    try {
      return await work();
    } finally {
      await client.query('ROLLBACK');
    }
  };
  const text = statement(where);
  return {
    run: () => within(async () => (await client.query(text, parameters)).rows),
    time: () => within(() => median(client, text, parameters)),
  };
}

/** ms of execution as PostgreSQL itself times it, the median of 20 warm runs. */
async function median(client, text, parameters) {
  const took = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { rows: plan } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, parameters);
    took.push(plan[0]['QUERY PLAN'][0]['Execution Time']);
  }
  return took.toSorted((a, b) => a - b)[RUNS / 2];
}

function rows(on, off) {
  const lines = [];
  const names = { list: 'newest 50', count: 'count', get: 'one by id' };
  for (const [kind, name] of Object.entries(names))
    for (const view of ['all', 'team', 'own']) {
      const [walled, open] = [on.database[kind][view], off.database[kind][view]];
      const target = kind === 'list' ? ['on ≤ 5 ms', walled <= 5] : [];
      lines.push([`in the database: ${name}, scope ${view}`, `${milliseconds(walled)} / ${milliseconds(open)}`, ...target]);
    }
  const routes = { list: 'GET /tickets', count: 'GET /views/counts', get: 'GET /tickets/:id' };
  for (const [kind, route] of Object.entries(routes))
    for (const view of ['all', 'team', 'own']) {
      const [walled, open] = [on.http[kind][view], off.http[kind][view]];
      const target = kind === 'list' ? ['on p95 ≤ 25 ms', walled.p95 <= 25] : [];
      const figure = ({ perSecond, p50, p95 }) => `${perSecond.toFixed(0)}/s, p50 ${milliseconds(p50)}, p95 ${milliseconds(p95)}`;
      lines.push([`16 clients: ${route}, scope ${view}`, `${figure(walled)} / ${figure(open)}`, ...target]);
    }
  return lines;
}
