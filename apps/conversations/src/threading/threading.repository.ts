import type { Tx } from '@helpdesk/platform';
import type { Candidate } from './threading.rules.js';

interface Row {
  conversation_id: string;
  ticket_id: string;
  channel_id: string;
  state: Candidate['state'];
  arrangement: number;
  reopen_until: Date | null;
  participants: string[];
  counterpart_value: string | null;
  domains: string[] | null;
  subject: string | null;
  matched: string;
  customer_text?: string | null;
}

const COLUMNS = `
  c.id AS conversation_id, t.ticket_id, c.channel_id, t.state, t.arrangement, t.reopen_until, c.participants, c.counterpart_value, c.subject,
  (SELECT array_agg(d.domain) FROM conversations.contact p JOIN conversations.company_domain d ON d.company_id = p.company_id WHERE p.id = c.contact_id) AS domains`;
const THREAD = 'JOIN conversations.ticket_thread t ON t.ticket_id = c.ticket_id';

const toCandidate =
  (rule: Candidate['rule']) =>
  (row: Row): Candidate => ({
    conversationId: row.conversation_id,
    ticketId: row.ticket_id,
    channelId: row.channel_id,
    state: row.state,
    arrangement: row.arrangement,
    reopenUntil: row.reopen_until,
    participants: row.participants,
    counterpart: row.counterpart_value,
    companyDomains: row.domains ?? [],
    subject: row.subject,
    rule,
    matched: row.matched,
    customerText: row.customer_text ?? null,
  });

/**
 * The conversation of a reply address. Where a part of it was moved to another ticket since, the part that has the message which is answered
 * (`ids`, the closest first).
 */
export async function byConversation(
  tx: Tx,
  accountId: string,
  conversationId: string,
  token: string,
  ids: string[],
): Promise<Candidate[]> {
  const sql = `
    SELECT ${COLUMNS}, $3::text AS matched FROM conversations.conversation named
    JOIN conversations.conversation c ON c.account_id = $1
      AND (c.id = named.id OR c.id = named.origin_id OR c.origin_id = coalesce(named.origin_id, named.id)) ${THREAD}
    WHERE named.account_id = $1 AND named.id = $2
    ORDER BY (SELECT min(array_position($4::text[], m.external_id)) FROM conversations.message m
      WHERE m.account_id = $1 AND m.external_id = ANY ($4::text[]) AND m.conversation_id = c.id) NULLS LAST, c.id <> named.id LIMIT 1`;
  return (await tx.query<Row>(sql, [accountId, conversationId, token, ids])).map(toCandidate('D-22'));
}

/**
 * By the ids a message refers to, in the order given (In-Reply-To first, then References from the newest). `channelId` null: in any channel,
 * for links between them.
 */
export async function byExternalIds(tx: Tx, accountId: string, channelId: string | null, ids: string[]): Promise<Candidate[]> {
  if (ids.length === 0) return [];
  const sql = `
    SELECT ${COLUMNS}, m.external_id AS matched, CASE WHEN m.direction = 'in' THEN left(m.text, 8000) END AS customer_text FROM conversations.message m
    JOIN conversations.conversation c ON c.id = m.conversation_id ${THREAD}
    WHERE m.account_id = $1 AND ($2::uuid IS NULL OR m.channel_id = $2) AND m.external_id = ANY ($3)
    ORDER BY array_position($3, m.external_id), m.created_at DESC LIMIT 20`;
  return (await tx.query<Row>(sql, [accountId, channelId, ids])).map(toCandidate('D-23'));
}

/** Adapters may name our own id of a message as well. */
export async function byMessageId(tx: Tx, accountId: string, channelId: string, messageId: string): Promise<Candidate[]> {
  const sql = `
    SELECT ${COLUMNS}, m.id::text AS matched FROM conversations.message m
    JOIN conversations.conversation c ON c.id = m.conversation_id ${THREAD}
    WHERE m.account_id = $1 AND m.channel_id = $2 AND m.id = $3`;
  return (await tx.query<Row>(sql, [accountId, channelId, messageId])).map(toCandidate('D-29'));
}

export async function byNumber(tx: Tx, accountId: string, number: number): Promise<Candidate[]> {
  const sql = `
    WITH RECURSIVE way AS (
      SELECT ticket_id, merged_into FROM conversations.ticket_thread WHERE account_id = $1 AND number = $2
      UNION SELECT n.ticket_id, n.merged_into FROM way JOIN conversations.ticket_thread n ON n.account_id = $1 AND n.ticket_id = way.merged_into
    )
    SELECT ${COLUMNS}, '#' || $2::int AS matched FROM way
    JOIN conversations.conversation c ON c.account_id = $1 AND c.ticket_id = way.ticket_id ${THREAD}
    WHERE way.merged_into IS NULL ORDER BY c.created_at DESC LIMIT 5`;
  return (await tx.query<Row>(sql, [accountId, number])).map(toCandidate('D-24'));
}

/** D-29: the newest conversation of the adapter's thread, or with the same address. */
export async function byThread(tx: Tx, accountId: string, channelId: string, thread: string): Promise<Candidate[]> {
  const sql = `
    SELECT ${COLUMNS}, c.thread AS matched FROM conversations.conversation c ${THREAD}
    WHERE c.account_id = $1 AND c.channel_id = $2 AND c.thread = $3 ORDER BY c.created_at DESC LIMIT 1`;
  return (await tx.query<Row>(sql, [accountId, channelId, thread])).map(toCandidate('D-29'));
}
