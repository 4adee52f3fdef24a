import { Injectable } from '@nestjs/common';
import { TicketNoticed, TicketPurged, type NotificationView, type Page } from '@helpdesk/contracts';
import { LiveBus, OnEvent, type Delivery } from '@helpdesk/messaging';
import { Database, newId, notFound, pageOf, type Tx } from '@helpdesk/platform';

interface Row {
  id: string;
  topic: string;
  reason: string;
  ticket_id: string;
  message_id: string | null;
  created_at: Date;
  read_at: Date | null;
}

const toView = (row: Row): NotificationView => ({
  id: row.id,
  topic: row.topic,
  reason: row.reason,
  ticketId: row.ticket_id,
  messageId: row.message_id,
  createdAt: row.created_at.toISOString(),
  readAt: row.read_at?.toISOString() ?? null,
});

@Injectable()
export class NotificationsService {
  constructor(
    private readonly database: Database,
    private readonly live: LiveBus,
  ) {}

  @OnEvent(TicketNoticed)
  async onTicketNoticed(event: TicketNoticed, tx: Tx, { accountId, eventSeq }: Delivery): Promise<void> {
    for (const { userId, reason } of event.recipients) {
      const [added] = await tx.query<{ id: string }>(
        `INSERT INTO notifications.notification (id, account_id, user_id, event_seq, topic, reason, ticket_id, message_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account_id, user_id, event_seq) DO NOTHING RETURNING id`,
        [newId(), accountId, userId, eventSeq, event.topic, reason, event.ticketId, event.messageId],
      );
      if (added) this.live.publish(tx, accountId, { kind: 'notification.added', id: added.id, ticketId: event.ticketId, userId });
    }
  }

  @OnEvent(TicketPurged)
  async onTicketPurged({ ticketId }: TicketPurged, tx: Tx, { accountId }: Delivery): Promise<void> {
    await tx.query('DELETE FROM notifications.notification WHERE account_id = $1 AND ticket_id = $2', [accountId, ticketId]);
  }

  /** Newest first. Whether the reader may still see the ticket is asked by the gateway, at the moment of reading. */
  async list(accountId: string, userId: string, limit: number, cursor?: string): Promise<Page<NotificationView>> {
    const rows = await this.database.query<Row>(
      accountId,
      'SELECT * FROM notifications.notification WHERE account_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR id < $3::uuid) ORDER BY id DESC LIMIT $4',
      [accountId, userId, cursor ?? null, limit + 1],
    );
    return pageOf(rows.map(toView), limit);
  }

  async get(accountId: string, userId: string, id: string): Promise<NotificationView> {
    const row = await this.database.queryOne<Row>(
      accountId,
      'SELECT * FROM notifications.notification WHERE account_id = $1 AND user_id = $2 AND id = $3',
      [accountId, userId, id],
    );
    if (!row) throw notFound();
    return toView(row);
  }

  async read(accountId: string, userId: string, id: string): Promise<NotificationView> {
    const row = await this.database.queryOne<Row>(
      accountId,
      'UPDATE notifications.notification SET read_at = coalesce(read_at, now()) WHERE account_id = $1 AND user_id = $2 AND id = $3 RETURNING *',
      [accountId, userId, id],
    );
    if (!row) throw notFound();
    return toView(row);
  }
}
