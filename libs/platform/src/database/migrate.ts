import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { SERVICES } from '@helpdesk/contracts';
import { ConfigError } from '../config/desk-config.js';
import type { Keys } from '../security/keys.js';
import { ensureExtensions } from './extensions.js';
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
    await client.query('ALTER TABLE migrations.applied ADD COLUMN IF NOT EXISTS sha256 text');
    const { rows } = await client.query<{ name: string; sha256: string | null }>('SELECT name, sha256 FROM migrations.applied');
    const done = new Map(rows.map((row) => [row.name, row.sha256]));
    const extensions = await ensureExtensions(client);
    for (const [schema, folder] of folders) {
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
      for (const file of existsSync(folder)
        ? readdirSync(folder)
            .filter((name) => name.endsWith('.sql'))
            .toSorted()
        : []) {
        const name = `${schema}/${file}`;
        const sql = readFileSync(join(folder, file), 'utf8');
        const hash = createHash('sha256').update(sql).digest('hex');
        if (done.has(name)) {
          await checkUnchanged(client, name, done.get(name) ?? null, hash);
          continue;
        }
        await client.query('BEGIN');
        await client.query(`SET LOCAL search_path = ${[schema, ...extensions].join(', ')}, pg_temp`);
        await client.query(sql);
        await client.query('INSERT INTO migrations.applied (name, sha256) VALUES ($1, $2)', [name, hash]);
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

/** What was applied must stay as it was: a change to it would never reach this database. Those applied before hashes were kept get theirs now. */
async function checkUnchanged(client: pg.Client, name: string, known: string | null, hash: string): Promise<void> {
  if (known === null) await client.query('UPDATE migrations.applied SET sha256 = $2 WHERE name = $1', [name, hash]);
  else if (known !== hash)
    throw new ConfigError([`DATABASE_URL: the migration ${name} was changed after it was applied here; it belongs into a new file`]);
}
