import { Injectable } from '@nestjs/common';
import type { ActivityView, MessageState, ThreadDecision, TimelineItem, TimelineKind } from '@helpdesk/contracts';
import { Database, withComments, type Tx } from '@helpdesk/platform';
import { ActivitiesRepository } from '../activities/activities.repository.js';

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
  refers_to: string | null;
  created_at: Date;
}

const COLUMNS = `m.id, m.ticket_id, m.conversation_id, m.channel_id, m.seq, m.kind, m.direction, m.author_type, m.author_id, m.author_name, m.author_address,
  m.recipients, m.subject, m.text, m.html IS NOT NULL AS has_html, m.full_text IS NOT NULL AS has_quote, m.attachment_count, m.state, m.state_detail,
  m.is_automatic, m.flags, m.facts, m.refers_to, m.created_at`;

/** A comment in the columns of a message; what it mentions stands where others have their facts. */
const COMMENT_COLUMNS = `c.id, c.ticket_id, NULL::uuid AS conversation_id, NULL::uuid AS channel_id, c.seq, 'comment' AS kind, 'internal' AS direction,
  'user' AS author_type, c.author_id, c.author_name, NULL AS author_address, NULL::json AS recipients, NULL AS subject, c.text, c.html IS NOT NULL AS has_html,
  false AS has_quote, c.attachment_count, NULL AS state, NULL AS state_detail, false AS is_automatic, NULL::text[] AS flags, to_json(c.mentions) AS facts,
  NULL::uuid AS refers_to, c.created_at`;

/** An entry that stands for a message stands for one that is there. */
const IS_THERE = `(m.refers_to IS NULL OR EXISTS (SELECT 1 FROM conversations.message r WHERE r.account_id = m.account_id AND r.id = m.refers_to))`;

interface AttachmentRow {
  id: string;
  entry_id: string;
  filename: string;
  content_type: string;
  size: string;
  is_inline: boolean;
}

@Injectable()
export class TimelineRepository {
  constructor(
    private readonly database: Database,
    private readonly activities: ActivitiesRepository,
  ) {}

  /** Entries after `afterSeq`, oldest first, what agents wrote for each other among them. */
  async page(accountId: string, ticketId: string, afterSeq: number, limit: number): Promise<TimelineItem[]> {
    return this.database.transaction(withComments(accountId), async (tx) => {
      const rows = await tx.query<MessageRow>(
        `(SELECT ${COLUMNS} FROM conversations.message m WHERE m.account_id = $1 AND m.ticket_id = $2 AND m.seq > $3 AND ${IS_THERE} ORDER BY m.seq LIMIT $4)
         UNION ALL
         (SELECT ${COMMENT_COLUMNS} FROM conversations.comment c WHERE c.account_id = $1 AND c.ticket_id = $2 AND c.seq > $3 ORDER BY c.seq LIMIT $4)
         ORDER BY seq LIMIT $4`,
        [accountId, ticketId, afterSeq, limit],
      );
      return this.withAttachments(accountId, rows, tx);
    });
  }

  /** Needs a transaction that reads comments. */
  async comment(accountId: string, ticketId: string, commentId: string, tx: Tx): Promise<TimelineItem | undefined> {
    const rows = await tx.query<MessageRow>(
      `SELECT ${COMMENT_COLUMNS} FROM conversations.comment c WHERE c.account_id = $1 AND c.ticket_id = $2 AND c.id = $3`,
      [accountId, ticketId, commentId],
    );
    return (await this.withAttachments(accountId, rows, tx))[0];
  }

  async one(accountId: string, ticketId: string, messageId: string, tx?: Tx): Promise<TimelineItem | undefined> {
    const rows = await (tx ?? this.database.within(accountId)).query<MessageRow>(
      `SELECT ${COLUMNS} FROM conversations.message m WHERE m.account_id = $1 AND m.ticket_id = $2 AND m.id = $3`,
      [accountId, ticketId, messageId],
    );
    return (await this.withAttachments(accountId, rows, tx))[0];
  }

  async home(accountId: string, messageId: string): Promise<string | undefined> {
    const row = await this.database.queryOne<{ ticket_id: string }>(
      withComments(accountId),
      `SELECT ticket_id FROM conversations.message WHERE account_id = $1 AND id = $2
       UNION ALL SELECT ticket_id FROM conversations.comment WHERE account_id = $1 AND id = $2`,
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
      withComments(accountId),
      `SELECT html, text, full_text, raw_sha256, channel_id, decision FROM conversations.message WHERE account_id = $1 AND ticket_id = $2 AND id = $3
       UNION ALL SELECT html, text, NULL, NULL, NULL, NULL FROM conversations.comment WHERE account_id = $1 AND ticket_id = $2 AND id = $3`,
      [accountId, ticketId, messageId],
    );
    if (!row) return undefined;
    const inline = await this.database.query<{ id: string; content_id: string }>(
      accountId,
      'SELECT id, content_id FROM conversations.attachment WHERE account_id = $1 AND message_id = $2 AND content_id IS NOT NULL',
      [accountId, messageId],
    );
    return { ...row, inline };
  }

  private async withAttachments(accountId: string, rows: MessageRow[], tx?: Tx): Promise<TimelineItem[]> {
    const ids = rows.filter((row) => row.attachment_count > 0).map((row) => row.id);
    const files =
      ids.length === 0
        ? []
        : await (tx ?? this.database.within(accountId)).query<AttachmentRow>(
            `SELECT id, coalesce(message_id, comment_id) AS entry_id, filename, content_type, size, is_inline FROM conversations.attachment
             WHERE account_id = $1 AND (message_id = ANY ($2::uuid[]) OR comment_id = ANY ($2::uuid[])) ORDER BY position, id`,
            [accountId, ids],
          );
    const referredTo = rows.flatMap(({ refers_to }) => refers_to ?? []);
    const activities = referredTo.length > 0 ? await this.activities.byIds(accountId, referredTo, tx) : [];
    return rows.map((row) =>
      toItem(
        row,
        files.filter((file) => file.entry_id === row.id),
        activities.find(({ id }) => id === row.refers_to),
      ),
    );
  }
}

function toItem(row: MessageRow, files: AttachmentRow[], activity: ActivityView | undefined): TimelineItem {
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
    ...(row.kind !== 'event' &&
      row.kind !== 'comment' && { subject: row.subject, to: row.recipients?.to ?? [], cc: row.recipients?.cc ?? [] }),
    text: activity?.excerpt ?? row.text,
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
    ...(row.kind === 'comment' && { mentions: facts }),
    ...(activity && { activity }),
  };
}
