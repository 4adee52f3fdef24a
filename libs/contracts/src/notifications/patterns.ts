import { command, query } from '../rpc-pattern.js';
import type { OutboxMail } from '../channels/patterns.js';
import type { Page } from '../tickets/patterns.js';

/** contract.md §2 "notification", without `url`, which the gateway adds. */
export interface NotificationView {
  id: string;
  topic: string;
  reason: string;
  ticketId: string;
  messageId: string | null;
  createdAt: string;
  readAt: string | null;
}

export const ListNotifications = query<{ limit: number; cursor?: string }, Page<NotificationView>>('notifications', 'list');
export const GetNotification = query<{ id: string }, NotificationView>('notifications', 'get');
export const ReadNotification = command<{ id: string }, NotificationView>('notifications', 'read');
/** Mail to users that was kept because no relay is set. */
export const ListSystemMail = query<{ limit: number }, { items: OutboxMail[] }>('notifications', 'outbox');
