import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, startPostgres, type Desk, type PostgresServer } from '@helpdesk/testing';
import fc from 'fast-check';
import pg from 'pg';
import { Client } from './client.js';
import { run } from './commands.js';
import { openDesk, PUBLIC_URL, type RunningDesk } from './desk.js';
import { build } from './fixture.js';
import { readInventory } from './inventory.js';
import { enters } from './model.js';
import { compare, type Clone } from './noninterference.js';
import { worlds } from './plan.js';
import { operationsOf } from './play.js';
import { SHOWCASE } from './showcase.js';
import { World } from './world.js';

const seed = Number(process.env.ACCESS_SEED ?? Math.floor(Math.random() * 1e6));
/** Beside the one with something of everything. */
const WORLDS = process.env.CI === 'true' ? 10 : 2;
const USERS = 4;

describe(`what somebody may not see might as well not be there (ACCESS_SEED=${seed})`, () => {
  let desk: RunningDesk;
  let postgres: PostgresServer;
  let second: Desk;
  let client: Client;
  let store: pg.Client;
  let clone: Clone;

  beforeAll(async () => {
    // One by one: when one does not start, those before it are stopped at the end.
    desk = await openDesk();
    postgres = await startPostgres();
    const env = { LOG_LEVEL: 'warn', PUBLIC_URL, DATABASE_URL: postgres.url, ADMIN_EMAIL: '', ADMIN_PASSWORD: '' };
    second = await startDesk({ form: 'embedded', env });
    client = new Client(desk.url);
    store = new pg.Client({ connectionString: desk.databaseUrl });
    clone = { client: new Client(second.url), store: new pg.Client({ connectionString: postgres.url }) };
    await Promise.all([store.connect(), clone.store.connect()]);
  }, 120_000);

  afterAll(async () => {
    client?.close();
    clone?.client.close();
    await Promise.all([store?.end(), clone?.store.end()]);
    await second?.stop();
    await postgres?.stop();
    await desk?.stop();
  }, 60_000);

  it('answers every GET the same, byte for byte, from a database in which only his is left', async () => {
    const operations = await operationsOf(client);
    const sums = { worlds: 0, users: 0, requests: 0 };
    for (const plan of [SHOWCASE, ...fc.sample(worlds, { seed, numRuns: WORLDS })]) {
      const world = new World(client, store, operations);
      await build(world, plan);
      for (const command of plan.commands) if (command) await run(world, command);
      await readInventory(world);
      const people = world.accounts.flatMap((account) => account.people).filter(enters);
      for (const user of plan === SHOWCASE ? people : people.slice(0, USERS)) {
        const { requests, differences } = await compare(world, user, clone);
        expect(differences).toEqual([]);
        sums.users += 1;
        sums.requests += requests;
      }
      sums.worlds += 1;
    }
    process.stderr.write(
      `access: noninterference: seed ${seed}, worlds ${sums.worlds}, users ${sums.users}, requests ${sums.requests} on both, differences 0\n`,
    );
  }, 600_000);
});
