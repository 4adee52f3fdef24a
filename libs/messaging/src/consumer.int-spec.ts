import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { DeliveryChanged } from '@helpdesk/contracts';
import { createLogger, Database, EVERY_ACCOUNT, DeskConfig, Keys, migrate, newId, type Runtime } from '@helpdesk/platform';
import { startPostgres, waitFor, type PostgresServer } from '@helpdesk/testing';
import { DataSource } from 'typeorm';
import { Consumer, Park, type Delivery } from './consumer.js';
import { MessageBus } from './message-bus.js';
import { InProcessWakeUps } from './wake-ups/in-process-wake-ups.js';

const account = newId();
let postgres: PostgresServer;
let source: DataSource;
let database: Database;
let bus: MessageBus;
let wakeUps: InProcessWakeUps;
let consumer: Consumer;
let behave: (event: DeliveryChanged, delivery: Delivery) => void;
let seen: string[];

const event = (messageId: string, detail: string) =>
  new DeliveryChanged({ messageId, state: 'sent', attempt: 1, detail, providerId: null, at: new Date().toISOString() });
const publish = (messageId: string, detail: string, dueAt?: Date) =>
  database.transaction(account, (tx) => bus.publish(tx, account, event(messageId, detail), { dueAt }));
const rows = () =>
  database.query<{ id: string; attempts: number; error_code: string | null; quarantined_at: Date | null }>(
    EVERY_ACCOUNT,
    'SELECT * FROM bus.dispatch ORDER BY id',
  );

beforeAll(async () => {
  postgres = await startPostgres();
  const keys = new Keys('a secret for this test only');
  await migrate(postgres.url, keys);
  source = await new DataSource({ type: 'postgres', url: postgres.url, extra: { max: 6, pipeline: true } }).initialize();
  database = new Database(source);
  await database.query(EVERY_ACCOUNT, 'CREATE TABLE public.effect (detail text PRIMARY KEY)');
  wakeUps = new InProcessWakeUps();
  bus = new MessageBus(wakeUps);
  const runtime: Runtime = {
    service: 'conversations',
    config: new DeskConfig(),
    logger: createLogger('silent', 'test'),
    keys,
    databaseUrl: postgres.url,
    form: 'embedded',
  };
  consumer = new Consumer(runtime, database, wakeUps, 4);
  await wakeUps.listen('conversations', (key) => consumer.handleKey(key), 4);
  // Only this event's handler: the start of the whole service is what refuses missing ones.
  const handle = async (received: DeliveryChanged, tx: Parameters<Parameters<Database['transaction']>[1]>[0], delivery: Delivery) => {
    await tx.query('INSERT INTO public.effect (detail) VALUES ($1)', [received.detail]);
    seen.push(received.detail ?? '');
    behave(received, delivery);
  };
  Reflect.set(consumer, 'handlers', new Map([['delivery.changed@1', { type: DeliveryChanged, handle }]]));
}, 60_000);

afterAll(async () => {
  await wakeUps?.stop('conversations');
  await source?.destroy();
  await postgres?.stop();
}, 30_000);

beforeEach(async () => {
  seen = [];
  behave = () => undefined;
  await database.query(EVERY_ACCOUNT, 'DELETE FROM bus.dispatch');
  await database.query(EVERY_ACCOUNT, 'DELETE FROM public.effect');
});

test('events of one key are handled in order, each effect once', async () => {
  const key = newId();
  for (let i = 0; i < 50; i += 1) await publish(key, String(i));
  await waitFor(async () => (await rows()).length === 0, { what: 'all handled' });
  expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => String(i)));
});

test('what a handler did before it failed is undone; the rest of the key waits for it', async () => {
  const key = newId();
  let failures = 0;
  behave = ({ detail }) => {
    if (detail === 'b' && (failures += 1) === 1) throw new Error('not now');
  };
  await database.transaction(account, async (tx) => {
    for (const detail of ['a', 'b', 'c']) await bus.publish(tx, account, event(key, detail));
  });
  await waitFor(async () => (await rows()).length === 0, { what: 'all handled after a retry', within: 10_000 });
  expect(seen.slice(-2)).toEqual(['b', 'c']);
  const effects = await database.query<{ detail: string }>(EVERY_ACCOUNT, 'SELECT detail FROM public.effect ORDER BY detail');
  expect(effects.map((row) => row.detail)).toEqual(['a', 'b', 'c']);
});

test('a parked event is quarantined with its code, its key goes on, and a replay brings it in', async () => {
  const key = newId();
  behave = ({ detail }, { isReplay }) => {
    if (detail === 'poison' && !isReplay) throw new Park('flood', 'too many');
  };
  await publish(key, 'poison');
  await publish(key, 'fine');
  await waitFor(async () => seen.includes('fine'), { what: 'the event behind it' });
  const [parked] = await rows();
  expect(parked).toMatchObject({ error_code: 'flood', attempts: 1 });
  expect(await database.transaction(account, (tx) => bus.replay(tx, newId(), parked?.id ?? ''))).toBe(false);
  expect(await database.transaction(account, (tx) => bus.replay(tx, account, parked?.id ?? ''))).toBe(true);
  await waitFor(async () => (await rows()).length === 0, { what: 'the replay' });
  const effects = await database.query<{ detail: string }>(EVERY_ACCOUNT, 'SELECT detail FROM public.effect ORDER BY detail');
  expect(effects.map((row) => row.detail)).toEqual(['fine', 'poison']);
});

test('what is scheduled for later stops nothing and can be withdrawn', async () => {
  const key = newId();
  await publish(key, 'later', new Date(Date.now() + 3_600_000));
  await publish(key, 'now');
  await waitFor(async () => seen.includes('now'), { what: 'the one that is due' });
  expect(seen).toEqual(['now']);
  const withdrawn = await database.transaction(account, (tx) => bus.withdraw(tx, 'delivery.changed', [key], ['detail'], 'later'));
  expect(withdrawn).toBe(1);
  expect(await rows()).toEqual([]);
});

test('a wrong field never leaves its publisher, and takes the change with it', async () => {
  const wrong = { ...event(newId(), 'x'), attempt: 'one' } as unknown as DeliveryChanged;
  const change = database.transaction(account, async (tx) => {
    await tx.query("INSERT INTO public.effect (detail) VALUES ('change')");
    await bus.publish(tx, account, Object.assign(Object.create(DeliveryChanged.prototype) as DeliveryChanged, wrong));
  });
  await expect(change).rejects.toThrow(TypeError);
  expect(await database.query(EVERY_ACCOUNT, 'SELECT 1 FROM public.effect')).toEqual([]);
});
