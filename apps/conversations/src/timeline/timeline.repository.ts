import { Injectable } from '@nestjs/common';
import type { MessageState, ThreadDecision, TimelineItem, TimelineKind } from '@helpdesk/contracts';
import { Database, type Tx } from '@helpdesk/platform';

export interface MessageRow {
  id: string;
  ticket_id: string;
  conversation_id: string | null;
  channel_id: string | null;
  seq: number;
  kind: TimelineKind;
  direction: 'in' | 'out' | 'internal';
  author_type: 'contact' | 'user' | 'system';
  author_id: string | null;
  author_name: string;
  author_address: string | null;
  recipients: { to?: []; cc?: []; bcc?: [] } | null;
  subject: string | null;
  text: string;
  has_html: boolean;
  has_quote: boolean;
  attachment_count: number;
  state: MessageState | null;
  state_detail: string | null;
  is_automatic: boolean;
  flags: string[] | null;
  facts: object | null;
  created_at: Date;
}

const COLUMNS = `m.id, m.ticket_id, m.conversation_id, m.channel_id, m.seq, m.kind, m.direction, m.author_type, m.author_id, m.author_name, m.author_address,
  m.recipients, m.subject, m.text, m.html IS NOT NULL AS has_html, m.full_text IS NOT NULL AS has_quote, m.attachment_count, m.state, m.state_detail,
  m.is_automatic, m.flags, m.facts, m.created_at`;

type Found<T> = T & Record<string, unknown>;

interface AttachmentRow {
  id: string;
  message_id: string;
  filename: string;
  content_type: string;
  size: string;
  is_inline: boolean;
}

@Injectable()
export class TimelineRepository {
  constructor(private readonly database: Database) {}

  /** Entries after `afterSeq`, oldest first. */
  async page(accountId: string, ticketId: string, afterSeq: number, limit: number): Promise<TimelineItem[]> {
    const rows = await this.database.query<Found<MessageRow>>(
      accountId,
      `SELECT ${COLUMNS} FROM conversations.message m WHERE m.account_id = $1 AND m.ticket_id = $2 AND m.seq > $3 ORDER BY m.seq LIMIT $4`,
      [accountId, ticketId, afterSeq, limit],
    );
    return this.withAttachments(accountId, rows);
  }

  async one(accountId: string, ticketId: string, messageId: string, tx?: Tx): Promise<TimelineItem | undefined> {
    const rows = await (tx ?? this.database.within(accountId)).query<Found<MessageRow>>(
      `SELECT ${COLUMNS} FROM conversations.message m WHERE m.account_id = $1 AND m.ticket_id = $2 AND m.id = $3`,
      [accountId, ticketId, messageId],
    );
    return (await this.withAttachments(accountId, rows, tx))[0];
  }

  async home(accountId: string, messageId: string): Promise<string | undefined> {
    const row = await this.database.queryOne<{ ticket_id: string }>(
      accountId,
      'SELECT ticket_id FROM conversations.message WHERE account_id = $1 AND id = $2',
      [accountId, messageId],
    );
    return row?.ticket_id;
  }

  async body(accountId: string, ticketId: string, messageId: string) {
    const row = await this.database.queryOne<{
      html: string | null;
      text: string;
      full_text: string | null;
      raw_sha256: string | null;
      channel_id: string | null;
      decision: ThreadDecision | null;
    }>(
      accountId,
      'SELECT html, text, full_text, raw_sha256, channel_id, decision FROM conversations.message WHERE account_id = $1 AND ticket_id = $2 AND id = $3',
      [accountId, ticketId, messageId],
    );
    if (!row) return undefined;
    const inline = await this.database.query<{ id: string; content_id: string }>(
      accountId,
      'SELECT id, content_id FROM conversations.attachment WHERE message_id = $1 AND content_id IS NOT NULL',
      [messageId],
    );
    return { ...row, inline };
  }

  private async withAttachments(accountId: string, rows: MessageRow[], tx?: Tx): Promise<TimelineItem[]> {
    const ids = rows.filter((row) => row.attachment_count > 0).map((row) => row.id);
    const files =
      ids.length === 0
        ? []
        : await (tx ?? this.database.within(accountId)).query<Found<AttachmentRow>>(
            'SELECT id, message_id, filename, content_type, size, is_inline FROM conversations.attachment WHERE message_id = ANY ($1::uuid[]) ORDER BY position',
            [ids],
          );
    return rows.map((row) =>
      toItem(
        row,
        files.filter((file) => file.message_id === row.id),
      ),
    );
  }
}

function toItem(row: MessageRow, files: AttachmentRow[]): TimelineItem {
  const facts = row.facts as never;
  return {
    id: row.id,
    kind: row.kind,
    seq: row.seq,
    direction: row.direction,
    author: { type: row.author_type, id: row.author_id, name: row.author_name, ...(row.author_address && { address: row.author_address }) },
    conversationId: row.conversation_id,
    channelId: row.channel_id,
    createdAt: row.created_at.toISOString(),
    ...(row.kind !== 'event' && { subject: row.subject, to: row.recipients?.to ?? [], cc: row.recipients?.cc ?? [] }),
    text: row.text,
    hasHtml: row.has_html,
    hasQuote: row.has_quote,
    attachments: files.map((f) => ({
      id: f.id,
      filename: f.filename,
      contentType: f.content_type,
      size: Number(f.size),
      inline: f.is_inline,
    })),
    ...(row.state && { state: row.state, stateDetail: row.state_detail }),
    ...(row.is_automatic && { isAutomatic: true }),
    ...(row.flags && { flags: row.flags }),
    ...(row.kind === 'call' && { call: facts }),
    ...(row.kind === 'form' && { form: facts }),
    ...(row.kind === 'event' && { event: facts }),
  };
}
