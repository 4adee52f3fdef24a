// `npm run bench:tickets`: how fast tickets are listed, opened, counted, searched, changed and made among many; what a bare route on this
// machine could do at most; and how that changes from 10,000 to 1,000,000 tickets.
//   node bench/tickets.mjs [--tickets 10000|100000|1000000|…] [--seconds 2]
import { randomUUID } from 'node:crypto';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Api, startDesk } from '../dist/libs/testing/src/index.js';
import { ask } from './lib/clients.mjs';
import { rowLimit } from './lib/limits.mjs';
import { addAccount, addTickets, COMMON, prepare, RARE } from './lib/many-tickets.mjs';
import { keyFor, seedPeople } from './lib/people.mjs';
import { table } from './lib/report.mjs';
import { openStore } from './lib/store.mjs';

const CLIENTS = [1, 16];
const PAGE = 50;
const PAGES = 200;
/** Of another account that is there beside the measured one. */
const OTHERS = 20_000;

const { values } = parseArgs({ options: { tickets: { type: 'string' }, seconds: { type: 'string', default: '2' } } });
const sizes = values.tickets ? [Number(values.tickets)] : [10_000, 100_000, 1_000_000];
const seconds = Number(values.seconds);
const started = performance.now();
const tell = (what) => process.stderr.write(`${((performance.now() - started) / 1_000).toFixed(0).padStart(5)} s  ${what}\n`);
const ms = (value) => (value < 100 ? value.toFixed(1) : value.toFixed(0));

const desk = await startDesk({ form: 'embedded', env: { LOG_LEVEL: 'warn' } });
const store = await openStore(desk.databaseUrl);
try {
  const world = await open(store);
  const results = [];
  for (const [i, size] of sizes.entries()) {
    tell(`${size} tickets are made`);
    await addTickets(store, world.account, (sizes[i - 1] ?? 0) + 1, size, tell);
    results.push(await measure(store, world, size));
    report(results.at(-1));
  }
  if (results.length > 1) sideBySide(results);
} finally {
  await store.end();
  await desk.stop();
}
process.exit(0);

/** The measured account, another one beside it, and who asks: one who sees all, and one who sees the tickets of his team. */
async function open(client) {
  const { rows } = await client.query(
    `SELECT p.account_id AS account, p.id AS pipeline, (SELECT json_agg(s) FROM tickets.stage s WHERE s.account_id = p.account_id) AS stages FROM tickets.pipeline p`,
  );
  const [{ account, pipeline, stages }] = rows;
  const { ids: users, teams } = await seedPeople(client, account, { users: 200, teams: 20 });
  await prepare(client);
  await addAccount(client, account, 0, { pipeline, stages, users, teams });
  const other = randomUUID();
  await addAccount(client, other, 1, { pipeline, stages, users, teams });
  tell('another account is made');
  await addTickets(client, other, 1, OTHERS, tell);
  const key = await keyFor(client, account, users[0], { scope: 'all', unassigned: true });
  const teamKey = await keyFor(client, account, users[1], { scope: 'team', unassigned: true });
  const api = Api.withKey(desk.url, key);
  const conditions = [
    { field: 'closedAt', op: 'is_empty' },
    { field: 'priority', op: 'in', value: ['high', 'urgent'] },
    { field: 'source', op: 'eq', value: 'email' },
    { field: 'teamId', op: 'is_not_empty' },
    { field: 'createdAt', op: 'gte', value: '2020-01-02T00:00:00Z' },
  ];
  const view = await api.post('/views', { name: 'Five conditions', filter: { and: conditions } });
  for (const field of ['source', 'priority'])
    await api.post('/views', {
      name: field,
      filter: { and: [conditions[0], { field, op: 'eq', value: field === 'source' ? 'chat' : 'urgent' }] },
    });
  return { account, pipeline, stage: stages.find(({ category }) => category === 'new').id, key, teamKey, api, view: view.id };
}

async function measure(client, { account, pipeline, stage, key, teamKey, api, view }, size) {
  const { rows } = await client.query(
    'SELECT id FROM tickets.ticket WHERE account_id = $1 AND deleted_at IS NULL AND number % $2 = 1 LIMIT 1000',
    [account, Math.max(2, Math.floor(size / 1_000))],
  );
  const ids = rows.map(({ id }) => id);
  let cursor = '';
  for (let page = 1; page < PAGES; page += 1) {
    const { nextCursor } = await api.get(`/tickets?limit=${PAGE}${cursor}`);
    if (nextCursor === null) break;
    cursor = `&cursor=${nextCursor}`;
  }
  const search = (q) => ({ path: () => `/search?q=${encodeURIComponent(q)}`, target: 'search' });
  const words = ['first', 'second', 'third'];
  const measured = {
    'first page of All open': { path: () => `/tickets?view=all_open&limit=${PAGE}`, target: 'list' },
    [`page ${PAGES} by cursor`]: { path: () => `/tickets?limit=${PAGE}${cursor}`, target: 'list' },
    'a view with five conditions': { path: () => `/tickets?view=${view}&limit=${PAGE}`, target: 'list' },
    'first page of All open, scope team': { path: () => `/tickets?view=all_open&limit=${PAGE}`, key: teamKey, target: 'list' },
    'counts of ten views': { path: () => '/views/counts', target: 'counts' },
    'counts of ten views, scope team': { path: () => '/views/counts', key: teamKey, target: 'counts' },
    'one ticket with timeline and sidebar': { path: (n) => `/tickets/${ids[n % ids.length]}?include=timeline,sidebar`, target: 'list' },
    'search: a rare word': search(RARE),
    'search: a common word': search(COMMON),
    'search: a misspelt word': search(RARE.replace('pp', 'p')),
    'search: a number': { path: (n) => `/search?q=%23${1 + ((n * 7919) % size)}`, target: 'search' },
    'list: a rare word': { path: () => `/tickets?q=${RARE}`, target: 'search' },
    'change a ticket': {
      method: 'PATCH',
      path: (n) => `/tickets/${ids[n % ids.length]}`,
      body: (n) => ({ name: `${words[n % 3]} name ${n}` }),
    },
    'make a ticket': {
      method: 'POST',
      path: () => '/tickets',
      body: (n) => ({ name: `By hand ${n}`, pipelineId: pipeline, stageId: stage }),
      statuses: [201],
      target: 'create',
    },
  };
  const result = { size, bare: {}, of: {} };
  for (const clients of CLIENTS) {
    tell(`bare route, ${clients} clients`);
    result.bare[clients] = await rowLimit(desk.databaseUrl, account, ids, { clients, seconds, warmUp: 1 });
  }
  for (const [what, { path, key: his = key, target, ...rest }] of Object.entries(measured)) {
    tell(what);
    result.of[what] = { target };
    for (const clients of CLIENTS)
      result.of[what][clients] = await ask(`${desk.url}/api/v1`, path, {
        ...rest,
        headers: { authorization: `Bearer ${his}` },
        clients,
        seconds,
        warmUp: 1,
      });
  }
  return result;
}

/** What a figure has to be, and whether it is; none for figures that have no target. */
function goal(target, clients, figure, bare) {
  if (target === 'search') return clients === 1 ? ['p95 ≤ 300 ms', figure.p95 <= 300] : [];
  if (target === 'counts') return clients === 1 ? ['p95 ≤ 100 ms', figure.p95 <= 100] : [];
  if (target === 'create') return clients === 1 ? ['p50 ≤ 15 ms', figure.p50 <= 15] : ['p99 ≤ 3 × p50', figure.p99 <= 3 * figure.p50];
  if (target === 'list')
    return clients === 1 ? ['p95 ≤ 30 ms', figure.p95 <= 30] : ['≥ 0.25 × bare', figure.perSecond >= 0.25 * bare.perSecond];
  return [];
}

function report({ size, bare, of }) {
  const [load] = loadavg();
  const title = `${size} tickets: p50 / p95 / p99 in ms (${cpus().length} cores, Node ${process.version}, load average ${load?.toFixed(1)})`;
  const figure = ({ p50, p95, p99, perSecond }, limit) =>
    `${ms(p50)} / ${ms(p95)} / ${ms(p99)}, ${perSecond.toFixed(0)}/s${limit ? `, ${(perSecond / limit.perSecond).toFixed(2)} × bare` : ''}`;
  const rows = CLIENTS.flatMap((clients) => [
    [`${clients} clients: a bare route, one row by its key`, figure(bare[clients])],
    ...Object.entries(of).map(([what, result]) => [
      `${clients} clients: ${what}`,
      figure(result[clients], bare[clients]),
      ...goal(result.target, clients, result[clients], bare[clients]),
    ]),
  ]);
  table(title, rows);
}

function sideBySide(results) {
  const rows = CLIENTS.flatMap((clients) =>
    Object.keys(results[0].of).map((what) => [
      `${clients} clients: ${what}`,
      results.map(({ of }) => ms(of[what][clients].p95).padStart(7)).join(' '),
    ]),
  );
  table(`p95 in ms at ${sizes.join(', ')} tickets`, rows);
}
