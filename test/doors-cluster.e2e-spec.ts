import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  findRedisServer,
  startDesk,
  startPostgres,
  startRedis,
  startSink,
  waitFor,
  type Api,
  type Desk,
  type PostgresServer,
  type RedisServer,
  type Sink,
} from '@helpdesk/testing';
import { Queue } from 'bullmq';
import { testQueueDoor, type JobQueue } from './doors/envelope-tests.js';
import { deliver, letter, newMessageId, post, uniqueWord } from './support/letters.js';
import { entry, messagesOf, ticketNamed, ticketsNamed, type Item } from './support/reading.js';
import { customerOf, ticketByMail } from './support/tickets.js';

(findRedisServer() ? describe : describe.skip)('two replicas of everything, with Redis', () => {
  let redis: RedisServer;
  let postgres: PostgresServer;
  let sink: Sink;
  let desk: Desk;
  let api: Api;
  let queue: JobQueue;

  beforeAll(async () => {
    // One by one: when one does not start, those before it are stopped at the end.
    redis = await startRedis();
    postgres = await startPostgres();
    sink = await startSink();
    const env = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, SMTP_URL: sink.url };
    desk = await startDesk({ form: 'cluster', replicas: 2, env });
    api = await desk.signIn();
    const onRedis = new Queue('channel.inbound', { connection: { url: redis.url } });
    // One test takes Redis away: BullMQ tells every try to reach it again.
    onRedis.on('error', () => undefined);
    queue = onRedis;
  }, 120_000);

  afterAll(async () => {
    await queue?.close();
    await desk?.stop();
    await sink?.stop();
    await postgres?.stop();
    await redis?.stop();
  }, 60_000);

  describe('the queue door on Redis', () => testQueueDoor(() => ({ desk, api, sink, queue })));

  it('runs ten processes, and each answers for itself', async () => {
    const processes = await desk.processes();
    expect(processes).toHaveLength(10);
    expect(new Set(processes.map(({ pid }) => pid)).size).toBe(10);
    for (const url of desk.urls) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  it('takes mail at each SMTP replica', async () => {
    const words = await Promise.all(
      desk.smtpPorts.map(async (port, replica) => {
        const word = uniqueWord();
        await post(port, { from: `${word}@customer.test`, subject: `Replica ${replica} ${word}`, text: 'hello' });
        return word;
      }),
    );
    expect(words).toHaveLength(2);
    for (const word of words) await ticketNamed(api, word);
  });

  it('takes the same mail at both replicas at once as one message on one ticket', async () => {
    const [word, messageId] = [uniqueWord(), newMessageId()];
    const from = `${word}@customer.test`;
    const raw = letter({ from, subject: `Both ${word}`, text: 'the same bytes', messageId });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => deliver(desk.smtpPorts[i % 2] ?? 0, raw, { from })));
    expect(answers.every((answer) => answer.startsWith('250'))).toBe(true);
    await post(desk.smtpPort, { from, subject: `Re: Both ${word}`, text: 'the later one', headers: { References: `<${messageId}>` } });
    const ticket = await ticketNamed(api, word);
    await entry(api, ticket.id, (item) => item.text.includes('the later one'), 'the later mail');
    expect(await messagesOf(api, ticket.id)).toHaveLength(2);
    expect(await ticketsNamed(api, word)).toHaveLength(1);
  });

  it('sends one mail for one reply, asked of both gateways with one Idempotency-Key', async () => {
    const word = uniqueWord();
    const ticket = await ticketByMail(desk.smtpPort, api, word);
    const { key } = await api.post<{ key: string }>('/api-keys', { name: word });
    const ask = (url: string) =>
      fetch(`${url}/api/v1/tickets/${ticket.id}/replies`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': word },
        body: JSON.stringify({ text: 'One answer.' }),
      });
    const answers = await Promise.all([...desk.urls, ...desk.urls].map(ask));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const ids = new Set(await Promise.all(answers.map(async (answer) => ((await answer.json()) as Item).id)));
    expect(ids.size).toBe(1);
    await entry(api, ticket.id, (item) => ids.has(item.id) && item.state === 'sent', 'the reply as sent');
    expect(sink.to(customerOf(word))).toHaveLength(1);
  });

  it('starts a killed process again', async () => {
    const victim = (await desk.processes()).find(({ service, replica }) => service === 'conversations' && replica === 1);
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    const successor = await waitFor(
      async () =>
        (await desk.processes()).find(
          ({ service, replica, pid }) => service === 'conversations' && replica === 1 && pid !== null && pid !== victim?.pid,
        ),
      { what: 'its successor' },
    );
    expect(successor.pid).not.toBe(victim?.pid);
    await ticketByMail(desk.smtpPort, api, uniqueWord());
  });

  it('takes mail, shows it, and sends answers while Redis is gone, and goes on when it is back with nothing in it', async () => {
    await redis.crash();
    const word = uniqueWord();
    const customer = `${word}@customer.test`;
    await post(desk.smtpPort, { from: customer, subject: `No Redis ${word}`, text: 'hello' });
    const ticket = await ticketNamed(api, word, 45_000);
    const reply = await api.post<Item>(`/tickets/${ticket.id}/replies`, { text: 'Still here.', undoSeconds: 0 });
    await waitFor(() => sink.to(customer)[0], { what: 'the answer at the sink', within: 45_000 });
    await redis.startEmpty();
    await entry(api, ticket.id, (item) => item.id === reply.id && item.state === 'sent', 'the reply as sent', 45_000);
    const after = uniqueWord();
    await post(desk.smtpPort, { from: customer, subject: `Redis again ${after}`, text: 'hello' });
    await ticketNamed(api, after, 45_000);
    expect(sink.to(customer)).toHaveLength(1);
  }, 120_000);
});
