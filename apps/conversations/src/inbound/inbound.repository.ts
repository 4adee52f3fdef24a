import type {
  Address,
  ChannelFacts,
  InboundMessage,
  InboundReceived,
  ThreadDecision,
  ThreadState,
  TimelineKind,
} from '@helpdesk/contracts';
import { newId, type Tx } from '@helpdesk/platform';

export interface NewMessage {
  id: string;
  ticketId: string;
  conversationId: string;
  channelId: string;
  seq: number;
  kind: TimelineKind;
  author: { type: 'contact' | 'system'; id: string | null; name: string };
  authorAddress: string | null;
  message: InboundMessage;
  event: InboundReceived;
  isAutomatic: boolean;
  flags: string[];
  decision: ThreadDecision;
}

export interface NewConversation {
  id: string;
  ticketId: string;
  channel: ChannelFacts;
  thread: string | null;
  contactId: string | null;
  counterpart: Address | null;
  participants: string[];
  subject: string | null;
  isAutomatic: boolean;
  isSpam: boolean;
}

/** The statements below are sent without waiting: a failure of any of them fails the whole transaction. */

export function insertConversation(tx: Tx, accountId: string, c: NewConversation): void {
  void tx.query(
    `WITH thread AS (INSERT INTO conversations.ticket_thread (ticket_id, account_id, last_seq, thread_version, state)
       VALUES ($2, $3, 1, 1, CASE WHEN $15 THEN 'spam' ELSE 'open' END))
     INSERT INTO conversations.conversation (id, ticket_id, account_id, channel_id, channel_type, team_id, thread, contact_id, counterpart_kind,
       counterpart_value, counterpart_name, participants, subject, is_automatic)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      c.id,
      c.ticketId,
      accountId,
      c.channel.id,
      c.channel.type,
      c.channel.teamId,
      c.channel.type === 'email' ? null : c.thread,
      c.contactId,
      c.counterpart?.kind ?? null,
      c.counterpart?.value ?? null,
      c.counterpart?.name ?? null,
      c.participants,
      c.subject,
      c.isAutomatic,
      c.isSpam,
    ],
  );
}

export function insertMessage(tx: Tx, accountId: string, m: NewMessage): void {
  const { message, event } = m;
  const facts = message.call ?? message.form;
  void tx.query(
    `INSERT INTO conversations.message (id, account_id, ticket_id, conversation_id, channel_id, seq, kind, direction, author_type, author_id, author_name,
       author_address, recipients, subject, text, full_text, html, attachment_count, envelope_id, external_id, in_reply_to, reference_ids, content_hash,
       raw_sha256, is_automatic, flags, decision, facts, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'in', $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)`,
    [
      m.id,
      accountId,
      m.ticketId,
      m.conversationId,
      m.channelId,
      m.seq,
      m.kind,
      m.author.type,
      m.author.id,
      m.author.name,
      m.authorAddress,
      JSON.stringify({ to: message.to, cc: message.cc, replyTo: message.replyTo }),
      message.subject,
      message.visibleText,
      message.text.trim() === message.visibleText.trim() ? null : message.text,
      message.html,
      message.attachments.length,
      event.envelopeId,
      message.externalId,
      message.inReplyTo,
      message.references.length > 0 ? message.references : null,
      event.contentHash,
      event.rawSha256,
      m.isAutomatic,
      m.flags.length > 0 ? m.flags : null,
      JSON.stringify(m.decision),
      facts ? JSON.stringify(facts) : null,
      event.receivedAt,
    ],
  );
  message.attachments.forEach((file, position) => {
    void tx.query(
      `INSERT INTO conversations.attachment (id, account_id, message_id, filename, content_type, size, sha256, is_inline, content_id, position)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [newId(), accountId, m.id, file.filename, file.contentType, file.size, file.sha256, file.inline, file.contentId, position],
    );
  });
}

export async function lockThread(tx: Tx, ticketId: string) {
  return tx.queryOne<{ state: ThreadState; arrangement: number }>(
    'SELECT state, arrangement FROM conversations.ticket_thread WHERE ticket_id = $1 FOR UPDATE',
    [ticketId],
  );
}

/** The place of the next public message; the row lock keeps the order of a ticket's entries. */
export async function nextSeq(tx: Tx, ticketId: string, reopens: boolean): Promise<number> {
  const row = await tx.queryOne<{ last_seq: number }>(
    `UPDATE conversations.ticket_thread SET last_seq = last_seq + 1, thread_version = last_seq + 1,
       state = CASE WHEN $2 THEN 'open' ELSE state END, reopen_until = CASE WHEN $2 THEN NULL ELSE reopen_until END
     WHERE ticket_id = $1 RETURNING last_seq`,
    [ticketId, reopens],
  );
  if (!row) throw new Error('the thread of the ticket is missing');
  return row.last_seq;
}

/** New people join; the subject follows the customer's last one (D-24b). */
export function noteParticipants(tx: Tx, conversationId: string, addresses: string[], subject: string | null): void {
  void tx.query(
    `UPDATE conversations.conversation SET subject = coalesce($3, subject), participants = participants || ARRAY(
       SELECT a FROM unnest($2::text[]) a WHERE a <> ALL (participants))
     WHERE id = $1 AND (NOT participants @> $2::text[] OR subject IS DISTINCT FROM coalesce($3, subject))`,
    [conversationId, addresses, subject],
  );
}

export async function recentAutomatic(tx: Tx, accountId: string, sender: string): Promise<number> {
  const row = await tx.queryOne<{ n: string }>(
    `SELECT count(*) AS n FROM conversations.conversation
     WHERE account_id = $1 AND counterpart_value = $2 AND is_automatic AND created_at > now() - interval '10 min'`,
    [accountId, sender],
  );
  return Number(row?.n ?? 0);
}

export async function findTwin(tx: Tx, accountId: string, contentHash: string, externalId: string | null, channelIds: string[]) {
  if (!externalId) return undefined;
  const row = await tx.queryOne<{ conversation_id: string; ticket_id: string; team_id: string | null }>(
    `SELECT m.conversation_id, m.ticket_id, c.team_id FROM conversations.message m JOIN conversations.conversation c ON c.id = m.conversation_id
     WHERE m.account_id = $1 AND m.external_id = $2 AND m.content_hash = $3 AND m.channel_id = ANY ($4::uuid[]) ORDER BY m.created_at LIMIT 1`,
    [accountId, externalId, contentHash, channelIds],
  );
  return row && { conversationId: row.conversation_id, ticketId: row.ticket_id, teamId: row.team_id };
}

export async function noteAlsoVia(tx: Tx, conversationId: string, channelId: string): Promise<void> {
  await tx.query(
    'UPDATE conversations.conversation SET via_channel_ids = array_append(via_channel_ids, $2::uuid) WHERE id = $1 AND NOT via_channel_ids @> ARRAY[$2::uuid]',
    [conversationId, channelId],
  );
}

export async function markBounced(tx: Tx, accountId: string, channelId: string, externalId: string, detail: string) {
  const row = await tx.queryOne<{ id: string; ticket_id: string }>(
    `UPDATE conversations.message SET state = 'bounced', state_detail = $4
     WHERE account_id = $1 AND channel_id = $2 AND external_id = $3 AND direction = 'out' RETURNING id, ticket_id`,
    [accountId, channelId, externalId, detail],
  );
  return row && { messageId: row.id, ticketId: row.ticket_id };
}
