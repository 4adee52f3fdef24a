import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import { CheckSla, type SlaPolicyFields } from '@helpdesk/contracts';
import { createLogger, Database, DeskConfig, Keys, migrate, newId, type Runtime } from '@helpdesk/platform';
import { startPostgres, type PostgresServer } from '@helpdesk/testing';
import pg from 'pg';
import { stretchesOf } from '../listing/listing.rules.js';
import { PipelinesService } from '../pipelines/pipelines.service.js';
import { TicketChanges } from '../tickets/ticket-changes.js';
import { TicketRepository, type StoredTicket } from '../tickets/ticket.repository.js';
import { TicketsModule } from '../tickets.module.js';
import { PolicySettingsService } from './policy-settings.service.js';
import { SlaHandlers } from './sla.handlers.js';
import { SlaService } from './sla.service.js';

const account = newId();
const rule = { scope: 'all', unassigned: true } as const;
const scope: TicketScope = {
  ...{ accountId: account, userId: newId(), isSuperAdmin: true, view: rule, edit: rule, delete: rule, teamIds: [], teammateIds: [] },
};
const delivery = { accountId: account, eventSeq: '0', isReplay: false };
let postgres: PostgresServer;
let owner: pg.Client;
let app: INestApplicationContext;
let database: Database;
let stages: { id: string; category: string }[];
let number = 0;

beforeAll(async () => {
  postgres = await startPostgres();
  const keys = new Keys('a secret for this test only');
  await migrate(postgres.url, keys);
  owner = new pg.Client({ connectionString: postgres.url });
  await owner.connect();
  const [config, logger] = [new DeskConfig(), createLogger('silent', 'test')];
  const runtime: Runtime = { service: 'tickets', config, logger, keys, databaseUrl: postgres.url, form: 'embedded' };
  app = await NestFactory.createApplicationContext(TicketsModule.forRuntime(runtime), { logger: false });
  database = app.get(Database);
  const pipelineId = await app.get(PipelinesService).setUp(account);
  stages = (await app.get(PipelinesService).find(account, pipelineId))?.stages ?? [];
}, 60_000);

afterAll(async () => {
  await app?.close();
  await owner?.end();
  await postgres?.stop();
}, 30_000);

afterEach(() => {
  jest.useRealTimers();
});

/** The clock of this process shows something else than that of PostgreSQL. */
const runsOff = (ms: number) =>
  jest.useFakeTimers({
    now: Date.now() + ms,
    doNotFake: [
      'nextTick',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
      'performance',
    ],
  });
const stageOf = (category: string) => stages.find((stage) => stage.category === category)?.id ?? '';

async function onlyPolicy(fields: SlaPolicyFields): Promise<void> {
  const settings = app.get(PolicySettingsService);
  for (const { id } of await settings.list(account)) await settings.delete(scope, '', id);
  await settings.create(scope, '', { id: newId(), name: 'All', appliesTo: 'new', ...fields });
}

/** A ticket that SQL alone has made: nothing of it stands in a ledger. */
async function bareTicket(
  minutesAgo: number,
  more: { threadVersion?: number; source?: string; closedMinutesAgo?: number } = {},
): Promise<string> {
  const id = newId();
  const stageId = stageOf(more.closedMinutesAgo === undefined ? 'new' : 'closed');
  await owner.query(
    `INSERT INTO tickets.ticket (id, account_id, number, name, pipeline_id, stage_id, source, thread_version, created_at, last_activity_at, closed_at)
     SELECT $1, $2, $3, 'Bare', s.pipeline_id, s.id, $5, $6, now() - $7 * interval '1 minute', now(), now() - $8 * interval '1 minute'
     FROM tickets.stage s WHERE s.id = $4`,
    [
      ...[id, account, (number += 1), stageId],
      ...[more.source ?? 'email', more.threadVersion ?? 1, minutesAgo, more.closedMinutesAgo ?? null],
    ],
  );
  return id;
}

/** Works on the locked ticket, as events do. */
const onTicket = <T>(id: string, work: (tx: Parameters<Parameters<Database['transaction']>[1]>[0], ticket: StoredTicket) => Promise<T>) =>
  database.transaction(account, async (tx) => {
    const ticket = await app.get(TicketRepository).lock(tx, account, id);
    if (!ticket) throw new Error('the ticket is gone');
    return work(tx, ticket);
  });
/** A ticket that began so long ago under the policy there is. */
async function timedTicket(minutesAgo: number): Promise<string> {
  const id = await bareTicket(minutesAgo);
  await onTicket(id, (tx, ticket) => app.get(SlaService).begin(tx, ticket));
  return id;
}
const timerOf = async (id: string) =>
  (await owner.query<{ at: Date | null }>('SELECT sla_timer_at AS at FROM tickets.ticket WHERE id = $1', [id])).rows[0]?.at ?? null;
const linesOf = async (id: string) =>
  (
    await owner.query<{ line: string }>("SELECT clock || ' ' || event AS line FROM tickets.sla_event WHERE ticket_id = $1 ORDER BY seq", [
      id,
    ])
  ).rows.map(({ line }) => line);
/** The handler as the bus would call it, with the timer that the ticket expects unless another one is given. */
async function timer(id: string, at?: Date): Promise<void> {
  const expected = at ?? (await timerOf(id));
  if (!expected) throw new Error('no timer is expected');
  await database.transaction(account, (tx) =>
    app.get(SlaHandlers).onCheckSla(new CheckSla({ ticketId: id, at: expected.toISOString() }), tx, delivery),
  );
}

test('I-11 nobody changes or removes a line of the ledger', async () => {
  await onlyPolicy({ goals: { closeMinutes: 60 } });
  const id = await timedTicket(0);
  for (const sql of ['UPDATE tickets.sla_event SET at = now()', 'DELETE FROM tickets.sla_event'])
    await expect(database.query(account, `${sql} WHERE ticket_id = $1`, [id])).rejects.toThrow('permission denied');
  expect(await linesOf(id)).toEqual(['close start']);
});

test.each([120_000, -120_000])('D-75 with a clock that is %i ms off, a timer goes by the one of PostgreSQL', async (off) => {
  await onlyPolicy({ goals: { closeMinutes: 60 }, dueSoonMinutes: 0 });
  const [early, due] = [await timedTicket(59), await timedTicket(61)];
  runsOff(off);
  // Whoever called it too early: it is looked at again at its time.
  const expected = await timerOf(early);
  await timer(early);
  expect([await linesOf(early), await timerOf(early)]).toEqual([['close start'], expected]);
  // The bus takes by PostgreSQL's clock what is due, perhaps before this does.
  if (await timerOf(due)) await timer(due);
  expect(await linesOf(due)).toEqual(['close start', 'close overdue']);
});

test('D-78 a timer that comes twice, at the same moment or later, is told of once', async () => {
  await onlyPolicy({ goals: { closeMinutes: 60 }, dueSoonMinutes: 0 });
  const id = await timedTicket(59);
  const at = await timerOf(id);
  await owner.query("UPDATE tickets.sla_event SET at = at - interval '5 minutes' WHERE ticket_id = $1", [id]);
  await Promise.all([1, 2, 3].map(() => timer(id, at ?? undefined)));
  await timer(id, at ?? undefined);
  expect(await linesOf(id)).toEqual(['close start', 'close overdue']);
  expect(await timerOf(id)).toBeNull();
});

test('D-78 a timer of another time than the ticket expects does nothing', async () => {
  await onlyPolicy({ goals: { closeMinutes: 60 }, dueSoonMinutes: 0 });
  const id = await timedTicket(59);
  await owner.query("UPDATE tickets.sla_event SET at = at - interval '5 minutes' WHERE ticket_id = $1", [id]);
  await timer(id, new Date(Date.now() - 60_000));
  expect(await linesOf(id)).toEqual(['close start']);
});

test('D-75 a ticket from before there were clocks gets them when something happens, from its creation on', async () => {
  await onlyPolicy({ goals: { firstReplyMinutes: 600, nextReplyMinutes: 60, closeMinutes: 600 } });
  const [quiet, talked, byHand] = [
    await bareTicket(90),
    await bareTicket(90, { threadVersion: 4 }),
    await bareTicket(90, { source: 'manual' }),
  ];
  const actor = { type: 'system' as const, id: null, name: 'Test' };
  for (const id of [quiet, talked, byHand])
    await onTicket(id, (tx, ticket) => app.get(TicketChanges).apply(tx, ticket, { priority: 'high' }, actor, 'test', new Date()));
  const shown = async (id: string) =>
    (await app.get(SlaService).clocksOf(account, { account_id: account, id })).map(({ clock, state, elapsedMinutes }) => [
      clock,
      state,
      elapsedMinutes,
    ]);
  expect(await shown(quiet)).toEqual([
    ['first_reply', 'active', 90],
    ['close', 'active', 90],
  ]);
  // Nobody knows here when they answered: that clock has no goal, and the next message waits for the next reply.
  for (const id of [talked, byHand]) expect(await shown(id)).toEqual([['close', 'active', 90]]);
  const closed = await bareTicket(90, { closedMinutesAgo: 60 });
  await onTicket(closed, (tx, ticket) =>
    app.get(TicketChanges).apply(tx, ticket, { stage_id: stageOf('open') }, actor, 'test', new Date()),
  );
  expect(await shown(closed)).toEqual([
    ['first_reply', 'active', 30],
    ['close', 'active', 30],
  ]);
  expect(await linesOf(talked)).toEqual(['close start', 'first_reply start', 'first_reply complete', 'close terms']);
});

test.each(['slaDueAt', '-slaDueAt', 'priority', '-priority'] as const)('contract §2 a list by %s is read from an index', async (sort) => {
  const { rows } = await owner.query<{ count: number }>("SELECT count(*)::int AS count FROM tickets.ticket WHERE name = 'Many'");
  if (rows[0]?.count === 0) {
    await owner.query(
      `INSERT INTO tickets.ticket (id, account_id, number, name, pipeline_id, stage_id, source, priority, created_at, last_activity_at, sla_due_at)
       SELECT gen_random_uuid(), $1, 1000 + i, 'Many', (SELECT pipeline_id FROM tickets.stage WHERE id = $2), $2, 'email',
         (ARRAY['low', 'high', NULL])[1 + i % 3], now(), now(), CASE WHEN i % 2 = 0 THEN now() + i * interval '1 minute' END FROM generate_series(1, 20000) i`,
      [account, stageOf('new')],
    );
    await owner.query('ANALYZE tickets.ticket');
  }
  for (const { holds, orderBy } of stretchesOf(sort)) {
    const where = ['t.account_id = $1', 't.deleted_at IS NULL', ...holds].join(' AND ');
    const plan = await database.query<{ 'QUERY PLAN': string }>(
      scope,
      `EXPLAIN SELECT t.id FROM tickets.ticket t WHERE ${where} ORDER BY ${orderBy} LIMIT 51`,
      [account],
    );
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(text).toMatch(/Index (Only )?Scan/);
    expect(text).not.toMatch(/Sort|Seq Scan/);
  }
});
