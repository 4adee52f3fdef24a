import type { Client } from 'pg';
import { SERVICES, type ServiceName } from '@helpdesk/contracts';
import type { Runtime } from '../lifecycle/runtime.js';
import { Keys } from '../security/keys.js';

/** Database roles are known in the whole PostgreSQL cluster, so their names begin with the database's. */
export const roleName = (database: string, service: ServiceName) => `${database}_${service}`.slice(0, 63);

const databaseOf = (url: string) => decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres';
const rolePassword = (keys: Keys, role: string) => keys.sign('database-role', role);

/** Connection options of a service's own role, made from the owner's DATABASE_URL; a `host` parameter (a socket folder) is kept. */
export function roleUrl(runtime: Pick<Runtime, 'databaseUrl' | 'keys'>, service: ServiceName) {
  const url = new URL(runtime.databaseUrl);
  const database = databaseOf(runtime.databaseUrl);
  const username = roleName(database, service);
  return {
    host: url.searchParams.get('host') ?? (url.hostname || 'localhost'),
    port: Number(url.port || 5432),
    database,
    username,
    password: rolePassword(runtime.keys, username),
    ssl: ['require', 'verify-full', 'verify-ca'].includes(url.searchParams.get('sslmode') ?? '') || undefined,
  };
}

/**
 * Makes the five login roles, each without rights beyond its own schema and the two shared ones (`bus`, `blob`). The owner's user must be
 * allowed to create roles; otherwise PostgreSQL's own refusal is passed on.
 */
export async function ensureRoles(client: Client, keys: Keys): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  const database = rows[0]?.name ?? 'postgres';
  for (const service of SERVICES) {
    const role = roleName(database, service);
    const name = client.escapeIdentifier(role);
    const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
    if (rowCount === 0) await client.query(`CREATE ROLE ${name}`);
    await client.query(`ALTER ROLE ${name} LOGIN PASSWORD ${client.escapeLiteral(rolePassword(keys, role))}`);
    await client.query(`ALTER ROLE ${name} IN DATABASE ${client.escapeIdentifier(database)} SET search_path = ${service}, pg_temp`);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${service}`);
    await client.query(`GRANT USAGE ON SCHEMA ${service}, bus, blob TO ${name}`);
    await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${service}, bus, blob TO ${name}`);
    await client.query(`GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${service}, bus, blob TO ${name}`);
  }
}
