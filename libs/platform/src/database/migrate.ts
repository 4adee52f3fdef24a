import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { SERVICES } from '@helpdesk/contracts';
import type { Keys } from '../security/keys.js';
import { ensureRoles } from './roles.js';

const dist = fileURLToPath(new URL('../../../../', import.meta.url));
/** Any 64-bit number that nothing else uses as an advisory lock. */
const LOCK = 7_304_119_221;

/** The folders of hand-written SQL, shared schemas first. Each file runs once, in one transaction, in the order of names. */
const folders = [
  ['access', join(dist, 'libs/access/src/migrations')],
  ['bus', join(dist, 'libs/messaging/src/migrations')],
  ['blob', join(dist, 'libs/platform/src/blob/migrations')],
  ...SERVICES.map((service) => [service, join(dist, `apps/${service}/src/migrations`)]),
] as [string, string][];

/**
 * Brings a database to the current schema and makes the services' roles. Safe to run again and by several at once (advisory lock). Returns
 * the names of what was applied.
 */
export async function migrate(databaseUrl: string, keys: Keys): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'helpdesk-migrate' });
  await client.connect();
  const applied: string[] = [];
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query("SET lock_timeout = '10s'");
    await client.query('CREATE SCHEMA IF NOT EXISTS migrations');
    await client.query(
      'CREATE TABLE IF NOT EXISTS migrations.applied (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const done = new Set((await client.query<{ name: string }>('SELECT name FROM migrations.applied')).rows.map((row) => row.name));
    for (const [schema, folder] of folders) {
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
      for (const file of existsSync(folder)
        ? readdirSync(folder)
            .filter((name) => name.endsWith('.sql'))
            .toSorted()
        : []) {
        const name = `${schema}/${file}`;
        if (done.has(name)) continue;
        await client.query('BEGIN');
        await client.query(`SET LOCAL search_path = ${schema}, pg_temp`);
        await client.query(readFileSync(join(folder, file), 'utf8'));
        await client.query('INSERT INTO migrations.applied (name) VALUES ($1)', [name]);
        await client.query('COMMIT');
        applied.push(name);
      }
    }
    await ensureRoles(client, keys);
    return applied;
  } finally {
    await client.end();
  }
}
