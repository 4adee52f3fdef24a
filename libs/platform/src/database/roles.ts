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

/** The role of what agents write for each other: conversations takes it on for a transaction, and only with it reads comments and drafts. */
export const commentsRole = (database: string) => `${database}_comments`.slice(0, 63);
const COMMENT_TABLES = 'conversations.comment, conversations.draft';

const SEARCHED = [
  'tickets.search_text',
  'tickets.search_word',
  'conversations.contact',
  'conversations.contact_address',
  'conversations.company',
  'conversations.company_domain',
];

/**
 * Makes the five login roles, each without rights beyond its own schema and the shared ones (`bus`, `blob`, `access`), and the role of
 * comments. The owner's user must be allowed to create roles; otherwise PostgreSQL's own refusal is passed on.
 */
export async function ensureRoles(client: Client, keys: Keys): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  const database = rows[0]?.name ?? 'postgres';
  await client.query('BEGIN');
  for (const service of SERVICES) {
    const role = roleName(database, service);
    const name = await ensureRole(client, role);
    await client.query(`ALTER ROLE ${name} NOINHERIT LOGIN PASSWORD ${client.escapeLiteral(rolePassword(keys, role))}`);
    await client.query(`ALTER ROLE ${name} IN DATABASE ${client.escapeIdentifier(database)} SET search_path = ${service}, pg_temp`);
    // Statements are prepared once per connection. Planned anew for each call, policies make planning cost more than running (0008).
    await client.query(`ALTER ROLE ${name} IN DATABASE ${client.escapeIdentifier(database)} SET plan_cache_mode = force_generic_plan`);
    // As long as a caller waits: what nobody waits for any more ends.
    await client.query(`ALTER ROLE ${name} IN DATABASE ${client.escapeIdentifier(database)} SET statement_timeout = '15s'`);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${service}`);
    await grantSchemas(client, name, service);
  }
  const conversations = client.escapeIdentifier(roleName(database, 'conversations'));
  const comments = await ensureRole(client, commentsRole(database));
  await grantSchemas(client, comments, 'conversations');
  await client.query(`REVOKE ALL ON ${COMMENT_TABLES} FROM ${conversations}`);
  await client.query(`GRANT ${comments} TO ${conversations}`);
  // What happened stays written down: nobody changes or removes a line of the audit, or of the clocks' ledger.
  await client.query(`REVOKE UPDATE, DELETE ON gateway.audit FROM ${client.escapeIdentifier(roleName(database, 'gateway'))}`);
  await client.query(`REVOKE UPDATE, DELETE ON tickets.sla_event FROM ${client.escapeIdentifier(roleName(database, 'tickets'))}`);
  await letOwnerSearch(client);
  await client.query('COMMIT');
}

/**
 * What functions search as the owner, whom row-level security binds too. He is named in the policies, so that a restored database, whose
 * owner may be another, needs them anew.
 */
async function letOwnerSearch(client: Client): Promise<void> {
  const made = `SELECT 1 FROM pg_policies WHERE policyname = 'of_owner' AND schemaname || '.' || tablename = $1 AND roles = ARRAY[current_user]`;
  for (const table of SEARCHED) {
    if ((await client.query(made, [table])).rowCount) continue;
    await client.query(`DROP POLICY IF EXISTS of_owner ON ${table}`);
    await client.query(`CREATE POLICY of_owner ON ${table} FOR SELECT TO CURRENT_USER USING (true)`);
  }
}

async function ensureRole(client: Client, role: string): Promise<string> {
  const name = client.escapeIdentifier(role);
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  if (rowCount === 0) await client.query(`CREATE ROLE ${name}`);
  return name;
}

async function grantSchemas(client: Client, role: string, own: ServiceName): Promise<void> {
  await client.query(`GRANT USAGE ON SCHEMA ${own}, bus, blob, access TO ${role}`);
  await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${own}, bus TO ${role}`);
  // Originals are kept as they came.
  await client.query(`REVOKE UPDATE, DELETE ON ALL TABLES IN SCHEMA blob FROM ${role}`);
  await client.query(`GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA blob TO ${role}`);
  await client.query(`GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${own}, bus, blob TO ${role}`);
}
