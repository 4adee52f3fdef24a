// What the bench reads from and copies in the desk's database, by SQL as its owner.
import pg from 'pg';

export async function openStore(url) {
  const client = new pg.Client({ connectionString: url, application_name: 'bench' });
  await client.connect();
  return client;
}

const COUNTS = `
  SELECT (SELECT count(*) FROM conversations.message WHERE direction = 'in')::int AS messages,
         (SELECT count(*) FROM tickets.ticket)::int AS tickets,
         (SELECT count(*) FROM bus.dispatch WHERE quarantined_at IS NULL)::int AS pending`;

export const counts = async (store) => (await store.query(COUNTS)).rows[0];

/** Cheap while the desk works: looks at the last mails only, by index. Gives how many of `ids` are readable: message and ticket are there. */
export async function readable(store, accountId, ids) {
  const { rows } = await store.query({
    name: 'readable',
    text: `SELECT m.external_id AS id FROM conversations.message m JOIN tickets.ticket t ON t.id = m.ticket_id
           WHERE m.account_id = $1 AND m.external_id = ANY($2)`,
    values: [accountId, ids],
  });
  return rows.map((row) => row.id);
}

export const accountOf = async (store) => (await store.query('SELECT account_id AS id FROM channels.channel_account LIMIT 1')).rows[0].id;

/** Where every mail has landed: external id → ticket id, only mails of this set. */
export async function landed(store, accountId, ids) {
  const { rows } = await store.query(
    `SELECT m.external_id AS id, m.ticket_id AS ticket, m.seq FROM conversations.message m
     WHERE m.account_id = $1 AND m.external_id = ANY($2) AND m.direction = 'in'`,
    [accountId, ids],
  );
  return rows;
}

/** What triggers would have summed, where tickets were made without them. */
export async function recount(store, account) {
  await store.query('DELETE FROM tickets.ticket_count WHERE account_id = $1', [account]);
  await store.query(
    `INSERT INTO tickets.ticket_count (account_id, state, owner_id, team_id, tickets)
     SELECT t.account_id, tickets.state_of(t), t.owner_id, t.team_id, count(*) FROM tickets.ticket t WHERE t.account_id = $1 GROUP BY 1, 2, 3, 4`,
    [account],
  );
}

/** A new id made of an old one and the number of the copy: keeps time and version, so that ids stay in order. */
const copied = (column) => `overlay(md5(${column}::text || '/' || k)::uuid::text PLACING left(${column}::text, 15) FROM 1 FOR 15)::uuid`;

async function columnsOf(store, schema, table) {
  const { rows } = await store.query(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = $1 AND table_name = $2 AND is_generated = 'NEVER' AND is_identity = 'NO' ORDER BY ordinal_position`,
    [schema, table],
  );
  return rows.map((row) => row.name);
}

async function copyTable(store, name, changes, from) {
  const [schema, table] = name.split('.');
  const columns = await columnsOf(store, schema, table);
  const values = columns.map((column) => changes[column] ?? `x."${column}"`);
  await store.query(`INSERT INTO ${name} (${columns.map((c) => `"${c}"`).join(', ')}) SELECT ${values.join(', ')} FROM ${from}`);
}

/** Multiplies the tickets that are there, with their conversations and messages, until there are `wanted`. */
export async function fillTo(store, wanted) {
  const { tickets } = await counts(store);
  const copies = Math.ceil((wanted - tickets) / tickets);
  if (copies <= 0) return;
  await store.query('BEGIN');
  await store.query(
    `CREATE TEMP TABLE seed ON COMMIT DROP AS
     SELECT t.id, k, row_number() OVER (ORDER BY k, t.number) AS n FROM tickets.ticket t, generate_series(1, ${copies}) k
     ORDER BY k, t.number LIMIT ${wanted - tickets}`,
  );
  const base = (await store.query('SELECT max(number)::int AS last FROM tickets.ticket')).rows[0].last;
  const ofSeed = (table, column) => `seed JOIN ${table} x ON x.${column} = seed.id`;
  await copyTable(store, 'tickets.ticket', { id: copied('x.id'), number: `${base} + n` }, ofSeed('tickets.ticket', 'id'));
  await copyTable(
    store,
    'conversations.ticket_thread',
    { ticket_id: copied('x.ticket_id'), number: 'NULL' },
    ofSeed('conversations.ticket_thread', 'ticket_id'),
  );
  await copyTable(
    store,
    'conversations.conversation',
    { id: copied('x.id'), ticket_id: copied('x.ticket_id') },
    ofSeed('conversations.conversation', 'ticket_id'),
  );
  await copyTable(
    store,
    'conversations.message',
    {
      id: copied('x.id'),
      ticket_id: copied('x.ticket_id'),
      conversation_id: copied('x.conversation_id'),
      envelope_id: 'NULL',
      external_id: `k || '.' || x.external_id`,
    },
    ofSeed('conversations.message', 'ticket_id'),
  );
  await store.query('UPDATE tickets.account_counter SET last_number = (SELECT max(number) FROM tickets.ticket)');
  await store.query('COMMIT');
  await store.query('VACUUM ANALYZE');
}
