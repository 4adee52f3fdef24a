// Many tickets with contacts, conversations, messages and what they are found by, made in the database by SQL as its owner.
import { Random } from '../../dist/libs/testing/src/index.js';
import { recount } from './store.mjs';

/** Bodies of messages, of which each message has one, with a number of its own. */
const BODIES = 20_000;
const VOCABULARY = 30_000;
const CONTACTS = 50_000;
const BATCH = 50_000;
/** In a third of the bodies; on one of 5,000 tickets. */
export const COMMON = 'lieferung';
export const RARE = 'zeppelinkabel';

/** Pseudo-words of two to four syllables; the first ones are used the most. */
function vocabulary(random) {
  const parts =
    'ba be bi bo da der des du en er fa fe gen ge ha he in ka ke la le li lo ma me mi na ne no ra re ri sa se ta te ti ung ver vor wa'.split(
      ' ',
    );
  const words = new Set();
  while (words.size < VOCABULARY) words.add(Array.from({ length: random.between(2, 4) }, () => random.pick(parts)).join(''));
  return [...words];
}

/** Makes the bodies and contacts that tickets draw from. */
export async function prepare(store) {
  const random = new Random(7);
  const words = vocabulary(random);
  // Few words are used often and most of them seldom, as in any language.
  const word = () => words[Math.floor(words.length * random.fraction() ** 4)];
  const sentence = (length) => Array.from({ length }, word).join(' ');
  const bodies = Array.from(
    { length: BODIES },
    (_, i) => `${sentence(random.between(15, 60))}${i % 3 === 0 ? ` ${COMMON}` : ''} ${sentence(8)}`,
  );
  const subjects = bodies.map(() => sentence(random.between(3, 7)));
  await store.query('CREATE SCHEMA bench');
  await store.query('CREATE TABLE bench.body (place int PRIMARY KEY, subject text, text text, subject_words tsvector, words tsvector)');
  await store.query(
    `INSERT INTO bench.body SELECT n - 1, s, t, array_to_tsvector(tickets.search_words(s)), array_to_tsvector(tickets.search_words(t))
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY x (s, t, n)`,
    [subjects, bodies],
  );
  // Ids in the order of time, as the desk makes them. The kind keeps those of one number apart.
  await store.query(`CREATE FUNCTION bench.id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(1577836800000 + n * 180000), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8000' || lpad(to_hex(n), 12, '0'))::uuid $$`);
  await store.query('CREATE TABLE bench.account (id uuid, nth int, pipeline uuid, open uuid[], closed uuid, users uuid[], teams uuid[])');
}

const CONTACT_ID = 'bench.id(1000 + a.nth, c)';
/** For a batch $2..$3 of the tickets of account $1. `h` is spread evenly over 0 to 999,999, and the same whenever it is asked. */
const TICKETS = `bench.account a, generate_series($2::int, $3::int) n, LATERAL (SELECT abs(hashint4(n)) % 1000000 AS h) h
  JOIN bench.body b ON b.place = h.h % ${BODIES}, LATERAL (SELECT h.h % ${CONTACTS} AS c) c WHERE a.id = $1`;
const NAME = `b.subject || CASE WHEN n % 5000 = 17 THEN ' ${RARE}' ELSE '' END`;
const CREATED = "timestamptz '2020-01-01' + n * interval '3 minutes'";
const ACTIVE = `${CREATED} + (h.h % 5000) * interval '1 minute'`;
/** The same number whenever it is drawn for a ticket, and those of two names have nothing to do with each other. */
const drawn = (name, below) => `(hashint4(n + ${name * 2_000_003}) & 2147483647) % ${below}`;
const [CLOSED, OWNED, OWNER, TEAM, PRIORITY, CATEGORY, SOURCE] = [1, 2, 3, 4, 5, 6, 7];
/** As in a desk that keeps up. */
const IS_CLOSED = `${drawn(CLOSED, 100)} < 97`;
const owner = drawn(OWNER, 'cardinality(a.users)');
/** Every second ticket has an answer. */
const MESSAGES = `${TICKETS.replace(' WHERE', ', generate_series(1, 1 + n % 2) seq, LATERAL (SELECT * FROM bench.body x WHERE x.place = (h.h + seq * 7919) % ' + BODIES + ') m WHERE')}`;
const MESSAGE_ID = 'bench.id(200 + 20 * a.nth + seq, n)';

const INSERTS = [
  `INSERT INTO tickets.ticket (account_id, id, number, name, pipeline_id, stage_id, owner_id, team_id, priority, category, source, contact_id, contact_name,
     excerpt, thread_version, created_at, last_activity_at, closed_at, deleted_at)
   SELECT a.id, bench.id(a.nth, n), n, ${NAME}, a.pipeline, CASE WHEN ${IS_CLOSED} THEN a.closed ELSE a.open[1 + ${drawn(OWNER, 3)}] END,
     CASE WHEN ${drawn(OWNED, 5)} > 0 THEN a.users[1 + ${owner}] END, CASE WHEN ${drawn(TEAM, 3)} > 0 THEN a.teams[1 + ${owner} % cardinality(a.teams)] END,
     (ARRAY['low', 'medium', 'high', 'urgent', NULL])[1 + ${drawn(PRIORITY, 5)}], CASE WHEN ${drawn(CATEGORY, 7)} = 0 THEN ARRAY['billing'] ELSE '{}' END,
     (ARRAY['email', 'form', 'chat'])[1 + ${drawn(SOURCE, 3)}], ${CONTACT_ID}, 'Customer ' || c, left(b.text, 300), 1 + n % 2, ${CREATED}, ${ACTIVE},
     CASE WHEN ${IS_CLOSED} THEN ${ACTIVE} END, CASE WHEN n % 100 = 50 THEN ${ACTIVE} END FROM ${TICKETS}`,
  `INSERT INTO tickets.ticket_contact (account_id, ticket_id, contact_id, position) SELECT a.id, bench.id(a.nth, n), ${CONTACT_ID}, 0 FROM ${TICKETS}`,
  `INSERT INTO tickets.search_text (account_id, message_id, ticket_id, text, words)
   SELECT a.id, bench.id(a.nth, n), bench.id(a.nth, n), ${NAME} || E'\\nCustomer ' || c,
     b.subject_words || array_to_tsvector(ARRAY['customer', c::text]) || CASE WHEN n % 5000 = 17 THEN '${RARE}'::tsvector ELSE '' END FROM ${TICKETS}`,
  `INSERT INTO tickets.search_text (account_id, message_id, ticket_id, text, words)
   SELECT a.id, ${MESSAGE_ID}, bench.id(a.nth, n), m.text || ' A' || n, m.words || array_to_tsvector(ARRAY['a' || n]) FROM ${MESSAGES}`,
  `INSERT INTO conversations.ticket_thread (account_id, ticket_id, number, last_seq, thread_version) SELECT a.id, bench.id(a.nth, n), n, 1 + n % 2, 1 + n % 2 FROM ${TICKETS}`,
  `INSERT INTO conversations.conversation (account_id, id, ticket_id, channel_id, channel_type, contact_id, counterpart_kind, counterpart_value, created_at)
   SELECT a.id, bench.id(400 + a.nth, n), bench.id(a.nth, n), a.id, 'email', ${CONTACT_ID}, 'email', 'customer' || c || '@bench.test', ${CREATED} FROM ${TICKETS}`,
  `INSERT INTO conversations.message (account_id, id, ticket_id, conversation_id, channel_id, seq, kind, direction, author_type, author_name, text, created_at)
   SELECT a.id, ${MESSAGE_ID}, bench.id(a.nth, n), bench.id(400 + a.nth, n), a.id, seq, 'message', CASE seq WHEN 1 THEN 'in' ELSE 'out' END,
     CASE seq WHEN 1 THEN 'contact' ELSE 'user' END, 'Customer ' || c, m.text || ' A' || n, ${CREATED} FROM ${MESSAGES}`,
];

/** An account whose tickets can be made; `nth` tells its ids from those of others. */
export async function addAccount(store, account, nth, { pipeline, stages, users, teams }) {
  const open = stages.filter(({ category }) => category !== 'closed').map(({ id }) => id);
  const closed = stages.find(({ category }) => category === 'closed').id;
  await store.query('INSERT INTO bench.account VALUES ($1, $2, $3, $4, $5, $6, $7)', [account, nth, pipeline, open, closed, users, teams]);
  const all = `FROM bench.account a, generate_series(0, ${CONTACTS - 1}) c WHERE a.id = $1`;
  await withoutIndexes(
    store,
    ['conversations.contact', 'conversations.contact_address', 'tickets.search_word'],
    () => undefined,
    async () => {
      await store.query(`INSERT INTO conversations.contact (account_id, id, name) SELECT a.id, ${CONTACT_ID}, 'Customer ' || c ${all}`, [
        account,
      ]);
      await store.query(
        `INSERT INTO conversations.contact_address (account_id, kind, value, contact_id)
       SELECT a.id, 'email', 'customer' || c || '@bench.test', ${CONTACT_ID} ${all}`,
        [account],
      );
      await store.query(
        `INSERT INTO tickets.search_word (account_id, word)
       SELECT DISTINCT $1::uuid, w FROM bench.body, unnest(tsvector_to_array(words || subject_words) || '${RARE}'::text) w WHERE length(w) >= 4`,
        [account],
      );
    },
  );
}

/** The tickets with the numbers from `from` to `to`. */
export async function addTickets(store, account, from, to, tell) {
  const tables = ['tickets.ticket', 'tickets.ticket_contact', 'tickets.search_text', 'conversations.conversation', 'conversations.message'];
  await withoutIndexes(store, tables, tell, async () => {
    for (let at = from; at <= to; at += BATCH) {
      const last = Math.min(to, at + BATCH - 1);
      for (const insert of INSERTS) await store.query(insert, [account, at, last]);
      tell(`${last} of ${to} tickets`);
    }
  });
  await recount(store, account);
  await store.query('UPDATE tickets.account_counter SET last_number = $2 WHERE account_id = $1', [account, to]);
  tell('vacuum');
  await store.query('VACUUM ANALYZE');
}

/** Indexes that are no keys are made anew at the end, which is quicker than to keep them. */
async function withoutIndexes(store, tables, tell, work) {
  const { rows: indexes } = await store.query(
    `SELECT x.indexrelid::regclass::text AS name, pg_get_indexdef(x.indexrelid) AS definition FROM pg_index x
     WHERE NOT x.indisunique AND x.indrelid = ANY ($1::regclass[])`,
    [tables],
  );
  // Neither triggers nor foreign keys: what they would make and ask is made here.
  await store.query("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SET work_mem = '128MB'");
  for (const { name } of indexes) await store.query(`DROP INDEX ${name}`);
  await work();
  for (const { name, definition } of indexes) {
    tell(`index ${name}`);
    await store.query(definition);
  }
  await store.query('RESET session_replication_role; RESET maintenance_work_mem; RESET work_mem');
}
