import { Injectable } from '@nestjs/common';
import { NOWHERE, type Page, type ThreadDecision, type TicketGrant, type TimelineItem } from '@helpdesk/contracts';
import { Database, invalidField, notFound } from '@helpdesk/platform';
import { TimelineRepository } from './timeline.repository.js';

/** Reads what was said on a ticket. Every answer needs the grant that tickets gave for it. */
@Injectable()
export class TimelineService {
  constructor(
    private readonly timeline: TimelineRepository,
    private readonly database: Database,
  ) {}

  /** The cursor is the place of the last entry given, so it stays right while new ones arrive. */
  async page(accountId: string, grant: TicketGrant, limit: number, cursor?: string): Promise<Page<TimelineItem>> {
    const after = cursor === undefined ? 0 : Number(/^s(\d{1,9})$/.exec(cursor)?.[1] ?? Number.NaN);
    if (Number.isNaN(after)) throw invalidField('/cursor', 'invalid', 'is not a cursor of this list');
    const items = await this.timeline.page(accountId, grant.ticketId, after, limit + 1);
    const page = items.slice(0, limit);
    return { items: page, nextCursor: items.length > limit ? `s${page.at(-1)?.seq}` : null };
  }

  async locate(accountId: string, messageId: string): Promise<string> {
    return (await this.timeline.home(accountId, messageId)) ?? NOWHERE;
  }

  /** Sanitised HTML with `cid:` pictures pointing at our attachments, and the whole text. */
  async body(accountId: string, grant: TicketGrant, messageId: string): Promise<{ html: string | null; text: string }> {
    const row = await this.timeline.body(accountId, grant.ticketId, messageId);
    if (!row) throw notFound();
    const places = new Map(row.inline.map(({ id, content_id }) => [content_id, `/api/v1/attachments/${id}`]));
    const html = row.html?.replaceAll(/(["'])cid:([^"']+)\1/gi, (whole, quote: string, id: string) => {
      const place = places.get(id) ?? places.get(safeDecode(id));
      return place ? `${quote}${place}${quote}` : whole;
    });
    return { html: html ?? null, text: row.full_text ?? row.text };
  }

  async raw(accountId: string, grant: TicketGrant, messageId: string): Promise<{ sha256: string; contentType: string }> {
    const row = await this.timeline.body(accountId, grant.ticketId, messageId);
    if (!row?.raw_sha256) throw notFound();
    const channel = await this.database.queryOne<{ type: string }>(
      accountId,
      'SELECT type FROM conversations.channel_copy WHERE channel_id = $1',
      [row.channel_id],
    );
    return { sha256: row.raw_sha256, contentType: channel?.type === 'email' ? 'message/rfc822' : 'application/json' };
  }

  async decision(accountId: string, grant: TicketGrant, messageId: string): Promise<ThreadDecision> {
    const row = await this.timeline.body(accountId, grant.ticketId, messageId);
    if (!row?.decision) throw notFound();
    return row.decision;
  }
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
