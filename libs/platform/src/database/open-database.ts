import { DataSource } from 'typeorm';
import type { Runtime } from '../lifecycle/runtime.js';
import { Database } from './database.js';
import { commentsRole, roleUrl } from './roles.js';
import { refuseWeakDatabase } from './walls.js';

/** The service's database on a connected source; throws `ConfigError` where PostgreSQL would not hold its walls. */
export async function databaseOn(source: DataSource, runtime: Runtime): Promise<Database> {
  await refuseWeakDatabase(source);
  return new Database(source, commentsRole(roleUrl(runtime, runtime.service).database));
}

/** A service's database for a command that runs no application: one connection, as the service's own role. */
export async function openDatabase(runtime: Runtime): Promise<{ database: Database; close(): Promise<void> }> {
  const applicationName = `helpdesk-${runtime.service}-command`;
  const extra = { max: 1, pipeline: true, connectionTimeoutMillis: 5_000 };
  const source = new DataSource({ type: 'postgres', ...roleUrl(runtime, runtime.service), applicationName, extra });
  await source.initialize();
  const close = () => source.destroy();
  try {
    return { database: await databaseOn(source, runtime), close };
  } catch (error) {
    await close();
    throw error;
  }
}
