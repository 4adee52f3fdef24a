import { Injectable } from '@nestjs/common';
import type { Address, FileRef, MessageState } from '@helpdesk/contracts';
import { conflict, invalidField, isUuid, notFound, type Tx } from '@helpdesk/platform';
import type { Quoted } from './outgoing-content.js';

export interface OutgoingMessage {
  id: string;
  accountId: string;
  ticketId: string;
  conversationId: string;
  channelId: string;
  seq: number;
  author: { type: 'user' | 'system'; id: string | null; name: string };
  recipients: { to: Address[]; cc: Address[]; bcc: Address[] };
  subject: string | null;
  content: { html: string; text: string };
  rfcMessageId: string | null;
  inReplyTo: string | null;
  references: string[];
  state: MessageState;
  sendAt: Date | null;
  isAutomatic: boolean;
  moveToStageId: string | null;
  files: (FileRef & { id: string })[];
}

type Last = Quoted & { externalId: string | null; references: string[] };

const FILES = 'id, filename, content_type, size, sha256, is_inline, content_id';

interface FileRow {
  id: string;
  filename: string;
  content_type: string;
  size: string;
  sha256: string;
  is_inline: boolean;
  content_id: string | null;
}

const toFile = (row: FileRow) => ({
  id: row.id,
  filename: row.filename,
  contentType: row.content_type,
  size: Number(row.size),
  sha256: row.sha256,
  inline: row.is_inline,
  contentId: row.content_id,
});

@Injectable()
export class RepliesRepository {
  async lockThread(tx: Tx, accountId: string, ticketId: string): Promise<{ threadVersion: number }> {
    const sql = 'SELECT thread_version, merged_into FROM conversations.ticket_thread WHERE ticket_id = $1 AND account_id = $2 FOR UPDATE';
    const row = await tx.queryOne<{ thread_version: number; merged_into: string | null }>(sql, [ticketId, accountId]);
    if (row?.merged_into) throw conflict('ticket_merged', 'The ticket was merged into another meanwhile.');
    if (row) return { threadVersion: row.thread_version };
    // A ticket made by hand has no thread until the first message.
    await tx.query('INSERT INTO conversations.ticket_thread (ticket_id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      ticketId,
      accountId,
    ]);
    const made = await tx.queryOne<{ thread_version: number }>(sql, [ticketId, accountId]);
    if (!made) throw notFound();
    return { threadVersion: made.thread_version };
  }

  /** `isPublic` false: it waits for its time, and until then no reply of others was written without knowing it. */
  async nextSeq(tx: Tx, accountId: string, ticketId: string, isPublic: boolean): Promise<number> {
    const row = await tx.queryOne<{ last_seq: number }>(
      `UPDATE conversations.ticket_thread SET last_seq = last_seq + 1, thread_version = CASE WHEN $3 THEN last_seq + 1 ELSE thread_version END
       WHERE account_id = $1 AND ticket_id = $2 RETURNING last_seq`,
      [accountId, ticketId, isPublic],
    );
    if (!row) throw notFound();
    return row.last_seq;
  }

  /** The newest public message of the conversation, before `beforeSeq` if given: what a reply answers and quotes. */
  async lastPublic(
    tx: Tx,
    thread: { accountId: string; ticketId: string; conversationId: string },
    beforeSeq = 2 ** 31 - 1,
  ): Promise<Last | null> {
    const row = await tx.queryOne<{
      author_name: string;
      created_at: Date;
      text: string;
      html: string | null;
      external_id: string | null;
      reference_ids: string[] | null;
    }>(
      `SELECT author_name, created_at, coalesce(full_text, text) AS text, html, external_id, reference_ids FROM conversations.message
       WHERE account_id = $1 AND ticket_id = $2 AND conversation_id = $3 AND seq < $4 AND kind <> 'event' AND state IS DISTINCT FROM 'cancelled' ORDER BY (direction = 'in') DESC, seq DESC LIMIT 1`,
      [thread.accountId, thread.ticketId, thread.conversationId, beforeSeq],
    );
    if (!row) return null;
    return {
      authorName: row.author_name,
      at: row.created_at,
      text: row.text,
      html: row.html,
      externalId: row.external_id,
      references: row.reference_ids ?? [],
    };
  }

  /** Files this user uploaded and has not used yet. */
  async files(tx: Tx, accountId: string, ids: string[], userId: string): Promise<(FileRef & { id: string })[]> {
    if (ids.length === 0) return [];
    const rows = await tx.query<FileRow>(
      `SELECT ${FILES} FROM conversations.attachment WHERE account_id = $1 AND id = ANY ($2::uuid[]) AND uploaded_by = $3 AND message_id IS NULL AND comment_id IS NULL ORDER BY id FOR UPDATE`,
      [accountId, ids.filter(isUuid), userId],
    );
    return rows.map(toFile);
  }

  /** The same, each of which must be there; 422 that points at the first that is not. */
  async checkFiles(tx: Tx, accountId: string, ids: string[], userId: string): Promise<(FileRef & { id: string })[]> {
    const files = await this.files(tx, accountId, ids, userId);
    const missing = ids.findIndex((id) => !files.some((file) => file.id === id));
    if (missing >= 0) throw invalidField(`/attachmentIds/${missing}`, 'unknown', 'is no file uploaded by you and still unused');
    return files;
  }

  async insert(tx: Tx, m: OutgoingMessage): Promise<void> {
    await tx.query(
      `INSERT INTO conversations.message (id, account_id, ticket_id, conversation_id, channel_id, seq, kind, direction, author_type, author_id, author_name,
         recipients, subject, text, html, attachment_count, external_id, in_reply_to, reference_ids, state, delivery_attempt, send_at, is_automatic, move_to_stage_id)
       VALUES ($1, $2, $3, $4, $5, $6, 'message', 'out', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1, $19, $20, $21)`,
      [
        m.id,
        m.accountId,
        m.ticketId,
        m.conversationId,
        m.channelId,
        m.seq,
        m.author.type,
        m.author.id,
        m.author.name,
        JSON.stringify(m.recipients),
        m.subject,
        m.content.text,
        m.content.html,
        m.files.length,
        m.rfcMessageId,
        m.inReplyTo,
        m.references,
        m.state,
        m.sendAt,
        m.isAutomatic,
        m.moveToStageId,
      ],
    );
    const addresses = [...m.recipients.to, ...m.recipients.cc].map((address) => address.value);
    await tx.query(
      `UPDATE conversations.conversation SET participants = participants || ARRAY(SELECT a FROM unnest($2::text[]) a WHERE a <> ALL (participants)) WHERE id = $1`,
      [m.conversationId, addresses],
    );
    if (m.files.length === 0) return;
    await tx.query('UPDATE conversations.attachment SET message_id = $2 WHERE id = ANY ($1::uuid[])', [
      m.files.map((file) => file.id),
      m.id,
    ]);
  }

  async lockOutgoing(tx: Tx, accountId: string, ticketId: string, id: string) {
    const row = await tx.queryOne<{ state: MessageState; conversation_id: string; author_id: string | null; delivery_attempt: number }>(
      `SELECT state, conversation_id, author_id, delivery_attempt FROM conversations.message
       WHERE account_id = $1 AND ticket_id = $2 AND id = $3 AND direction = 'out' FOR UPDATE`,
      [accountId, ticketId, id],
    );
    return row && { state: row.state, conversationId: row.conversation_id, authorId: row.author_id, attempt: row.delivery_attempt };
  }

  /** The conversations and tickets that a message is or was on: what is to become of it was published under one of them. */
  async formerKeys(tx: Tx, accountId: string, id: string): Promise<{ conversations: string[]; tickets: string[] }> {
    const row = await tx.queryOne<{ conversations: string[]; tickets: string[] }>(
      `SELECT ARRAY(SELECT k.id::text FROM conversations.conversation c JOIN conversations.conversation k ON k.account_id = $1
                AND (k.id = c.id OR k.id = c.origin_id OR k.origin_id = coalesce(c.origin_id, c.id))
              WHERE c.account_id = $1 AND c.id = m.conversation_id) AS conversations,
         m.ticket_id::text || ARRAY(SELECT from_ticket_id::text FROM conversations.moved_entry WHERE account_id = $1 AND entry_id = $2) AS tickets
       FROM conversations.message m WHERE m.account_id = $1 AND m.id = $2`,
      [accountId, id],
    );
    return row ?? { conversations: [], tickets: [] };
  }

  async setState(tx: Tx, id: string, state: MessageState, attempt?: number): Promise<void> {
    await tx.query(
      'UPDATE conversations.message SET state = $2, state_detail = NULL, delivery_attempt = coalesce($3, delivery_attempt) WHERE id = $1',
      [id, state, attempt ?? null],
    );
  }

  /** A stored outgoing message, to be sent once more. */
  async load(tx: Tx, id: string): Promise<OutgoingMessage> {
    const row = await tx.queryOne<StoredRow>('SELECT * FROM conversations.message WHERE id = $1', [id]);
    if (!row) throw notFound();
    const files = await tx.query<FileRow>(`SELECT ${FILES} FROM conversations.attachment WHERE message_id = $1 ORDER BY position`, [id]);
    return {
      id,
      accountId: row.account_id,
      ticketId: row.ticket_id,
      conversationId: row.conversation_id,
      channelId: row.channel_id,
      seq: row.seq,
      author: { type: row.author_type, id: row.author_id, name: row.author_name },
      recipients: row.recipients,
      subject: row.subject,
      content: { html: row.html ?? '', text: row.text },
      rfcMessageId: row.external_id,
      inReplyTo: row.in_reply_to,
      references: row.reference_ids ?? [],
      state: row.state,
      sendAt: row.send_at,
      isAutomatic: row.is_automatic,
      moveToStageId: row.move_to_stage_id,
      files: files.map(toFile),
    };
  }
}

interface StoredRow {
  account_id: string;
  ticket_id: string;
  conversation_id: string;
  channel_id: string;
  seq: number;
  author_type: 'user' | 'system';
  author_id: string | null;
  author_name: string;
  recipients: OutgoingMessage['recipients'];
  subject: string | null;
  html: string | null;
  text: string;
  external_id: string | null;
  in_reply_to: string | null;
  reference_ids: string[] | null;
  state: MessageState;
  send_at: Date | null;
  is_automatic: boolean;
  move_to_stage_id: string | null;
}
