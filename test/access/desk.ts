import { startDesk } from '@helpdesk/testing';
import pg from 'pg';
import { Client } from './client.js';
import { build } from './fixture.js';
import { operationsOf } from './play.js';
import type { AccountPlan } from './plan.js';
import { World } from './world.js';

/** What links begin with, so that two desks say the same. */
export const PUBLIC_URL = 'http://desk.test';

export interface RunningDesk {
  url: string;
  databaseUrl: string;
  smtpPort: number;
  stop(): Promise<void>;
}

/** A desk of its own; or, where ACCESS_DESK names one that runs already (JSON), that one. */
export async function openDesk(): Promise<RunningDesk> {
  if (process.env.ACCESS_DESK) return { ...(JSON.parse(process.env.ACCESS_DESK) as RunningDesk), stop: () => Promise.resolve() };
  const desk = await startDesk({ form: 'embedded', env: { LOG_LEVEL: 'warn', PUBLIC_URL } });
  return { url: desk.url, databaseUrl: desk.databaseUrl, smtpPort: desk.smtpPort, stop: () => desk.stop() };
}

/** A world made by hand on a running desk, and what ends the connections to it. */
export async function openWorld(
  { url, databaseUrl }: RunningDesk,
  accounts: [AccountPlan, AccountPlan],
): Promise<{ world: World; close: () => Promise<void> }> {
  const client = new Client(url);
  const store = new pg.Client({ connectionString: databaseUrl, application_name: 'access-test' });
  await store.connect();
  const world = new World(client, store, await operationsOf(client));
  await build(world, { accounts, commands: [], wholeSweepAfter: 0 });
  const close = async () => {
    client.close();
    await store.end();
  };
  return { world, close };
}
