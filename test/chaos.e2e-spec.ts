import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Api,
  findRedisServer,
  generateMails,
  Random,
  sendUntilAccepted,
  startDesk,
  startPostgres,
  startRedis,
  startSink,
  SUPPORT_ADDRESS,
  waitFor,
  type Desk,
  type PostgresServer,
  type RedisServer,
  type Sink,
} from '@helpdesk/testing';
import { Agent } from './chaos/agent.js';
import { judge, judgeReplies, readEverything, type View } from './chaos/checker.js';
import { makeSchedule, SERVICES, wreak } from './chaos/schedule.js';

const MAILS = 300;
const MAILS_PER_SECOND = 7;
const KILLS_PER_SERVICE = 5;
const REPLIES = 25;
/** Quiescence: everything accepted is on its ticket. */
const SETTLE_MS = 120_000;
/** A sender that is killed in the middle of a mail holds it for this long; then it is shown as unconfirmed, or sent again. */
const LEASE_MS = 120_000;
const LIMIT_MS = 240_000;

const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e6));
const print = (line: string) => process.stderr.write(`${line}\n`);

(findRedisServer() ? describe : describe.skip)(`exactly once, while everything is killed (CHAOS_SEED=${seed})`, () => {
  let redis: RedisServer;
  let postgres: PostgresServer;
  let sink: Sink;
  let desk: Desk;

  beforeAll(async () => {
    // One by one: when one does not start, those before it are stopped at the end.
    redis = await startRedis();
    postgres = await startPostgres();
    sink = await startSink();
    const env = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, SMTP_URL: sink.url, LOG_LEVEL: 'warn' };
    desk = await startDesk({ form: 'cluster', replicas: 2, env });
  }, 120_000);

  afterAll(async () => {
    await desk?.stop();
    await sink?.stop();
    await postgres?.stop();
    await redis?.stop();
  }, 60_000);

  it(
    'every accepted mail is one entry on one ticket, every reply leaves at most once',
    async () => {
      const random = new Random(seed);
      const mails = generateMails({ count: MAILS, seed, to: SUPPORT_ADDRESS });
      const faults = makeSchedule(random, KILLS_PER_SERVICE);
      const { key } = await (await desk.signIn()).post<{ key: string }>('/api-keys', { name: 'chaos' });
      const gateways = desk.urls.map((url) => Api.withKey(url, key));
      const agent = new Agent(gateways, new Random(seed + 1));
      const started = Date.now();
      print(`chaos: seed ${seed}, ${MAILS} mails, ${faults.length} faults within ${Math.round((faults.at(-1)?.at ?? 0) / 1_000)} s`);

      const [kills, sent] = await Promise.all([
        wreak(faults, { desk, redis, postgres, sink }, random),
        sendUntilAccepted(mails, { ports: desk.smtpPorts, to: SUPPORT_ADDRESS, connections: 4, perSecond: MAILS_PER_SECOND }),
        agent.reply(REPLIES, 1_500),
      ]);
      const stormEnded = Date.now();
      print(`chaos: ${kills.length} kills: ${kills.join(', ')}`);
      print(
        `chaos: all accepted after ${(stormEnded - started) / 1_000} s, ${sent.retries} tries repeated; ${agent.accepted.length} replies`,
      );

      const roots = mails.filter((mail) => mail.root === mail.index).length;
      const [first, second] = gateways as [Api, Api];
      let view: View = { ticketIds: [], messages: [] };
      const settled = await waitFor(
        async () => {
          const tickets = await first.all('/tickets');
          if (tickets.length < roots) return false;
          view = await readEverything(first);
          return judge(mails, view).lost.length === 0;
        },
        { within: SETTLE_MS, every: 1_000, what: 'quiescence' },
      ).then(
        () => Date.now() - stormEnded,
        () => NaN,
      );
      await waitFor(
        async () => {
          view = await readEverything(second);
          return judgeReplies(agent.accepted, view, sink).notFinal.length === 0;
        },
        { within: LEASE_MS + 15_000, every: 3_000, what: 'final states of all replies' },
      ).catch((error: unknown) => print(String(error)));

      const verdict = judge(mails, view);
      const replies = judgeReplies(agent.accepted, view, sink);
      print(
        `chaos: seed ${seed} · lost ${verdict.lost.length} · doubled ${verdict.doubled.length} · out of order ${verdict.outOfOrder.length}` +
          ` · wrong ticket ${verdict.wrongTicket.length} · tickets ${view.ticketIds.length} of ${roots} · quiet after ${settled / 1_000} s`,
      );
      print(
        `chaos: replies ${JSON.stringify(replies.states)} · sent twice ${replies.sentTwice.length} · sent but missing ${replies.sentButMissing.length}` +
          ` · at the sink ${sink.mails.length} · whole ${(Date.now() - started) / 1_000} s`,
      );
      expect(kills.length).toBeGreaterThanOrEqual(SERVICES.length * 4);
      expect(verdict).toEqual({ lost: [], doubled: [], outOfOrder: [], wrongTicket: [], ghosts: [] });
      expect(agent.accepted).toHaveLength(REPLIES);
      expect(replies).toMatchObject({ notOnce: [], notFinal: [], sentTwice: [], sentButMissing: [] });
      expect(settled).toBeLessThanOrEqual(SETTLE_MS);
    },
    LIMIT_MS + 60_000,
  );
});
