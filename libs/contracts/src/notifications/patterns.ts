import { command, query } from '../rpc-pattern.js';
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
  access: { ownerId: string | null; teamId: string | null };
}

export const ListNotifications = query<{ limit: number; cursor?: string }, Page<NotificationView>>('notifications', 'list');
export const ReadNotification = command<{ id: string }, NotificationView>('notifications', 'read');
