import { setTimeout as sleep } from 'node:timers/promises';
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
  SUPPORT_ADDRESS,
  waitFor,
  type Desk,
  type PostgresServer,
  type RedisServer,
} from '@helpdesk/testing';
import { readEverything, type Seen, type View } from './chaos/checker.js';
import { Organiser } from './chaos/organiser.js';
import { killOne } from './chaos/schedule.js';
import { newMessageId, post } from './support/letters.js';

const MAILS = 150;
const MAILS_PER_SECOND = 5;
/** Those that have a part in it more often. */
const VICTIMS = ['tickets', 'conversations', 'tickets', 'conversations', 'gateway', 'channels'];
const KILLS = 8;
const ANSWERED = 40;
const STORM_MS = 120_000;
const SETTLE_MS = 90_000;

const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e6));
const print = (line: string) => process.stderr.write(`${line}\n`);
const markerOf = ({ text }: Seen) => /Reference (mk\w+?x\d+x)/.exec(text)?.[1] ?? /(again-mk\w+?x\d+x)/.exec(text)?.[1];

(findRedisServer() ? describe : describe.skip)(`merging, splitting and moving under arriving mail and kills (CHAOS_SEED=${seed})`, () => {
  let redis: RedisServer;
  let postgres: PostgresServer;
  let desk: Desk;

  beforeAll(async () => {
    redis = await startRedis();
    postgres = await startPostgres();
    const env = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, LOG_LEVEL: 'warn' };
    desk = await startDesk({ form: 'cluster', replicas: 2, env });
  }, 120_000);

  afterAll(async () => {
    await desk?.stop();
    await postgres?.stop();
    await redis?.stop();
  }, 60_000);

  it(
    'each message is once, on one ticket, and an answer goes where the message is that it answers (D-61, D-62, I-01)',
    async () => {
      const random = new Random(seed);
      const mails = generateMails({ count: MAILS, seed, to: SUPPORT_ADDRESS, attachKb: 10 });
      const { key } = await (await desk.signIn()).post<{ key: string }>('/api-keys', { name: 'chaos' });
      const gateways = desk.urls.map((url) => Api.withKey(url, key));
      const [first] = gateways as [Api];
      const organiser = new Organiser(gateways, new Random(seed + 1));
      const kills: string[] = [];
      let isSent = false;
      const until = Date.now() + STORM_MS;
      const isOver = () => Date.now() > until || (isSent && kills.length >= KILLS && organiser.hasDoneAll());
      const kill = async () => {
        while (!isOver()) {
          // In the midst of something, and then not again before that is through: else on a slow machine nothing ever would be.
          const under = organiser.begun;
          await sleep(random.between(0, 400));
          kills.push(await killOne(desk, random.pick(VICTIMS), random));
          await waitFor(() => organiser.ended > under || isOver(), { what: 'the end of what was under way', within: STORM_MS });
        }
      };
      const sending = sendUntilAccepted(mails, { ports: desk.smtpPorts, to: SUPPORT_ADDRESS, connections: 4, perSecond: MAILS_PER_SECOND });
      await Promise.all([sending.then(() => (isSent = true)), kill(), organiser.work(isOver)]);
      print(`organise: seed ${seed}, ${MAILS} mails, ${kills.length} kills, ${JSON.stringify(organiser.done)}`);

      let view: View = { ticketIds: [], messages: [] };
      const times = (marker: string) => view.messages.filter((message) => markerOf(message) === marker).length;
      const places = () =>
        view.messages
          .map(({ id, ticketId, seq }) => `${id} ${ticketId} ${seq}`)
          .toSorted()
          .join();
      /** Read twice the same: nothing moves any more. */
      const settled = (isThere: () => boolean, what: string) =>
        waitFor(
          async () => {
            const before = places();
            view = await readEverything(first);
            return isThere() && places() === before;
          },
          { within: SETTLE_MS, every: 1_000, what },
        );
      await settled(() => mails.every(({ marker }) => times(marker) > 0), 'every mail on a ticket');
      const notOnce = mails.filter(({ marker }) => times(marker) !== 1).map(({ marker }) => marker);
      const doubleIds = view.messages.length - new Set(view.messages.map(({ id }) => id)).size;
      expect({ notOnce, doubleIds }).toEqual({ notOnce: [], doubleIds: 0 });

      // The nearest thing to a proof of place: whatever moved where, an answer finds the message it answers.
      const homes = new Map(view.messages.map((message) => [markerOf(message), message.ticketId]));
      const answered = random.shuffled([...mails]).slice(0, ANSWERED);
      for (const mail of answered) {
        const headers = { 'In-Reply-To': `<${mail.messageId}>`, References: `<${mail.messageId}>` };
        const text = `Once more: again-${mail.marker}`;
        const letter = { from: mail.from, subject: `Re: ${mail.subject}`, text, messageId: newMessageId(), headers };
        // The last one killed may not be back yet; the same mail again is the same mail.
        await waitFor(() => post(desk.smtpPort, letter), { what: 'an answer is taken', within: 30_000 });
      }
      await settled(() => answered.every(({ marker }) => times(`again-${marker}`) === 1), 'every answer on a ticket');
      const wrongTicket = answered.filter(({ marker }) => {
        const home = view.messages.find((message) => markerOf(message) === `again-${marker}`)?.ticketId;
        return home !== homes.get(marker);
      });
      print(
        `organise: seed ${seed} · not once 0 · answers ${answered.length} · on a wrong ticket ${wrongTicket.length} · tickets ${view.ticketIds.length}`,
      );
      expect(wrongTicket.map(({ marker }) => marker)).toEqual([]);
      expect(kills.length).toBeGreaterThanOrEqual(KILLS);
      expect(organiser.hasDoneAll()).toBe(true);
    },
    STORM_MS + SETTLE_MS * 2,
  );
});
