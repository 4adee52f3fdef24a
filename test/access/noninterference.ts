import type pg from 'pg';
import type { Client } from './client.js';
import { ROUTES } from './routes.js';
import { callOf, targetsOf } from './sweep.js';
import type { Member, World } from './world.js';

/** A second desk on a database of its own. */
export interface Clone {
  client: Client;
  store: pg.Client;
}
export interface Compared {
  requests: number;
  /** Requests whose answers differ, with both answers. */
  differences: string[];
}

const SCHEMAS = ['gateway', 'channels', 'conversations', 'tickets', 'notifications'];
const HEADERS = ['etag', 'content-length', 'content-type'];
/** The desk repeats it as the correlation id: otherwise each answer would have another one. */
const REQUEST_ID = { 'x-request-id': 'noninterference' };

/**
 * The second oracle: what somebody is told must be what he would be told if everything he may not see were not there at all. Copies the
 * world to the clone, deletes there what the model hides from him, and makes every GET on both.
 */
export async function compare(world: World, user: Member, clone: Clone): Promise<Compared> {
  // Else each desk would note for itself when the key was used.
  await world.store.query('UPDATE gateway.api_key SET last_used_at = now() WHERE user_id = $1', [user.id]);
  await copy(world, clone.store);
  await forget(world, user, clone.store);
  const differences: string[] = [];
  let requests = 0;
  const calls = ROUTES.filter(({ operation }) => operation.startsWith('GET ')).flatMap((route) =>
    targetsOf(world, route).map((target) => callOf(route, { world, user, target })),
  );
  await world.client.all(calls, async (call) => {
    requests += 1;
    const asked = { ...call, headers: { ...call.headers, ...REQUEST_ID } };
    const [whole, narrow] = await Promise.all([world.client.send(asked, user.key), clone.client.send(asked, user.key)]);
    const text = ({ status, headers, body }: typeof whole) => JSON.stringify([status, ...HEADERS.map((name) => headers[name]), body]);
    if (text(whole) !== text(narrow))
      differences.push(`${call.method} ${call.path} as ${user.name}\n  all there: ${text(whole)}\n  only his:  ${text(narrow)}`);
  });
  return { requests, differences };
}

/** All rows of the world's accounts, and the bytes they name; what was there before goes. */
async function copy({ accounts, store }: World, to: pg.Client): Promise<void> {
  const ids = accounts.map(({ id }) => id);
  const { rows: tables } = await store.query<{ name: string; columns: string; key: string }>(
    `SELECT n.nspname || '.' || c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns,
       CASE WHEN n.nspname || '.' || c.relname = 'gateway.account' THEN 'id' ELSE 'account_id' END AS key
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = ''
     WHERE c.relkind = 'r' AND n.nspname = ANY ($1) GROUP BY n.nspname, c.relname HAVING bool_or(a.attname = 'account_id') OR n.nspname || '.' || c.relname = 'gateway.account'`,
    [SCHEMAS],
  );
  await to.query('SET session_replication_role = replica');
  for (const { name, columns, key } of tables) {
    const { rows } = await store.query<{ rows: string | null }>(
      `SELECT json_agg(x)::text AS rows FROM (SELECT ${columns} FROM ${name} WHERE ${key} = ANY ($1)) x`,
      [ids],
    );
    await to.query(`DELETE FROM ${name}`);
    const insert = `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${name}, $1)`;
    if (rows[0]?.rows) await to.query(insert, [rows[0].rows]);
  }
  const { rows: hashes } = await to.query<{ sha256: string }>(
    'SELECT sha256 FROM conversations.attachment UNION SELECT raw_sha256 FROM conversations.message WHERE raw_sha256 IS NOT NULL',
  );
  const { rows: chunks } = await store.query<{ rows: string | null }>(
    "SELECT json_agg(c)::text AS rows FROM blob.chunk c WHERE sha256 IN (SELECT decode(h, 'hex') FROM unnest($1::text[]) h)",
    [hashes.map(({ sha256 }) => sha256)],
  );
  await to.query('DELETE FROM blob.chunk');
  if (chunks[0]?.rows)
    await to.query('INSERT INTO blob.chunk SELECT * FROM json_populate_recordset(NULL::blob.chunk, $1)', [chunks[0].rows]);
}

/** Deletes the other account, tickets he may not see with all that hangs on them, and what is for others alone. Contacts are no secret. */
async function forget(world: World, user: Member, store: pg.Client): Promise<void> {
  const kept = [...world.seenBy(user), ...world.trashOf(user)].map(({ id }) => id);
  const { rows: tables } = await store.query<{ name: string; columns: string[] }>(
    `SELECT table_schema || '.' || table_name AS name, array_agg(column_name::text) AS columns FROM information_schema.columns
     WHERE table_schema = ANY ($1) GROUP BY 1`,
    [SCHEMAS],
  );
  for (const { name, columns } of tables) {
    if (columns.includes('account_id')) await store.query(`DELETE FROM ${name} WHERE account_id <> $1`, [user.account]);
    if (columns.includes('ticket_id')) await store.query(`DELETE FROM ${name} WHERE ticket_id <> ALL ($1::uuid[])`, [kept]);
  }
  await store.query('DELETE FROM gateway.account WHERE id <> $1', [user.account]);
  await store.query('DELETE FROM tickets.ticket WHERE id <> ALL ($1::uuid[])', [kept]);
  await store.query('DELETE FROM tickets.ticket_link WHERE other_id <> ALL ($1::uuid[])', [kept]);
  await store.query(
    `DELETE FROM conversations.attachment a WHERE (a.message_id IS NULL AND a.comment_id IS NULL AND a.uploaded_by <> $1)
       OR (a.message_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM conversations.message m WHERE m.id = a.message_id))
       OR (a.comment_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM conversations.comment c WHERE c.id = a.comment_id))`,
    [user.id],
  );
  for (const table of [
    'conversations.draft',
    'notifications.notification',
    'gateway.api_key',
    'tickets.ticket_follower',
    'tickets.ticket_mention',
  ])
    await store.query(`DELETE FROM ${table} WHERE user_id <> $1`, [user.id]);
  await store.query(`DELETE FROM gateway.audit WHERE subject LIKE 'ticket/%' AND substring(subject FROM 8) <> ALL ($1::text[])`, [kept]);
}
