import type { Client } from 'pg';
import { ConfigError } from '../config/desk-config.js';

/** What search needs of PostgreSQL: similar words, and the account in the same index as the words. Both come with PostgreSQL. */
const EXTENSIONS = ['pg_trgm', 'btree_gin'];

/**
 * Installs what is missing, in a schema of its own; what somebody has installed stays where it is. Gives the schemas they are in, quoted.
 * Both are trusted: the database's owner may install them, without being a superuser.
 */
export async function ensureExtensions(client: Client): Promise<string[]> {
  const { rows: settings } = await client.query<{ server_encoding: string }>('SHOW server_encoding');
  const encoding = settings[0]?.server_encoding;
  if (encoding !== 'UTF8') throw new ConfigError([`DATABASE_URL: the database is encoded in ${encoding}; the desk needs one in UTF8`]);
  await client.query('CREATE SCHEMA IF NOT EXISTS extensions');
  for (const name of EXTENSIONS) {
    try {
      await client.query(`CREATE EXTENSION IF NOT EXISTS ${name} SCHEMA extensions`);
    } catch (error) {
      throw new ConfigError([
        `DATABASE_URL: PostgreSQL's extension ${name} is not there and cannot be installed (${(error as Error).message}): ` +
          `install the package that has it (postgresql-contrib), or let a superuser run CREATE EXTENSION ${name} in this database`,
      ]);
    }
  }
  const { rows } = await client.query<{ schema: string }>(
    'SELECT DISTINCT quote_ident(n.nspname) AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = ANY ($1)',
    [EXTENSIONS],
  );
  return rows.map(({ schema }) => schema);
}
