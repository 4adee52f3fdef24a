import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  findRedisServer,
  startDesk,
  startPostgres,
  startRedis,
  waitFor,
  type Desk,
  type PostgresServer,
  type RedisServer,
} from '@helpdesk/testing';
import { Ear } from './live/ear.js';
import { newTicket, owned, testLive, type LiveStage } from './live/live-tests.js';
import { People } from './live/people.js';

async function stageOf(desk: Desk): Promise<LiveStage> {
  return { urls: desk.urls, smtpPort: desk.smtpPort, api: await desk.signIn(), people: await People.of(desk.databaseUrl) };
}

describe('live events in one process', () => {
  let desk: Desk;
  let stage: LiveStage;

  beforeAll(async () => {
    desk = await startDesk({ form: 'embedded' });
    stage = await stageOf(desk);
  }, 120_000);
  afterAll(async () => {
    await stage?.people.close();
    await desk?.stop();
  }, 60_000);

  testLive(() => stage);
});

(findRedisServer() ? describe : describe.skip)('live events over two replicas of everything, with Redis', () => {
  let redis: RedisServer;
  let postgres: PostgresServer;
  let desk: Desk;
  let stage: LiveStage;

  beforeAll(async () => {
    // One by one: when one does not start, those before it are stopped at the end.
    redis = await startRedis();
    postgres = await startPostgres();
    desk = await startDesk({ form: 'cluster', replicas: 2, env: { DATABASE_URL: postgres.url, REDIS_URL: redis.url } });
    stage = await stageOf(desk);
  }, 120_000);
  afterAll(async () => {
    await stage?.people.close();
    await desk?.stop();
    await postgres?.stop();
    await redis?.stop();
  }, 60_000);

  testLive(() => stage);

  it('loses events while Redis is away, holds nothing up, and tells clients to fetch again afterwards', async () => {
    const person = await stage.people.make();
    const ticketId = await newTicket(stage);
    const open = await Promise.all(stage.urls.map((url) => Ear.open(url, person)));
    await redis.crash();
    const before = performance.now();
    await owned(stage, ticketId, person.id);
    expect(performance.now() - before).toBeLessThan(2_000);
    await redis.startEmpty();
    for (const ear of open) await ear.next('resync', undefined, 15_000);
    await waitFor(
      async () => {
        for (const ear of open) ear.forget();
        await owned(stage, ticketId, null);
        await owned(stage, ticketId, person.id);
        return open.every((ear) => ear.of(ticketId, 'ticket.changed').length > 0);
      },
      { what: 'events again', every: 200 },
    );
    for (const ear of open) ear.close();
  }, 60_000);
});
