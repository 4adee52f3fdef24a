import { DataSource } from 'typeorm';
import type { Runtime } from '../lifecycle/runtime.js';
import { Database } from './database.js';
import { roleUrl } from './roles.js';

/** A service's database for a command that runs no application: one connection, as the service's own role. */
export async function openDatabase(runtime: Runtime): Promise<{ database: Database; close(): Promise<void> }> {
  const applicationName = `helpdesk-${runtime.service}-command`;
  const extra = { max: 1, pipeline: true, connectionTimeoutMillis: 5_000 };
  const source = new DataSource({ type: 'postgres', ...roleUrl(runtime, runtime.service), applicationName, extra });
  await source.initialize();
  return { database: new Database(source), close: () => source.destroy() };
}
