import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Client } from './client.js';
import { openDesk, type RunningDesk } from './desk.js';
import { Player } from './play.js';
import { SHOWCASE } from './showcase.js';

/** Tables of the services and the bus that take a row of each account; in the others nothing could be asked. */
const TABLES = 50;

describe('one world with something of everything', () => {
  let desk: RunningDesk;
  let client: Client;
  let store: pg.Client;

  beforeAll(async () => {
    desk = await openDesk();
    client = new Client(desk.url);
    store = new pg.Client({ connectionString: desk.databaseUrl });
    await store.connect();
  }, 120_000);

  afterAll(async () => {
    client?.close();
    await store?.end();
    await desk?.stop();
  }, 60_000);

  it('every user, every route, every id; and PostgreSQL alone, asked as each service and each person', async () => {
    const player = new Player(client, store, desk.url);
    await player.checkRoutes();
    const { asked, unasked } = await player.showcase(SHOWCASE);
    expect(player.sweep.tally).toMatchObject({ leaks: 0, overBlocks: 0, wrongAnswers: 0 });
    process.stderr.write(
      `access: showcase, ${client.requests} requests, ${player.sweep.tally.decisions} decisions, ${asked} tables asked directly\n` +
        unasked.map((what) => `access: not asked, ${what}\n`).join(''),
    );
    expect(asked).toBeGreaterThanOrEqual(TABLES);
  }, 300_000);
});
