import { Injectable } from '@nestjs/common';
import { TicketNoticed } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import type { StoredTicket } from './ticket.repository.js';

export interface Notice {
  topic: TicketNoticed['topic'];
  /** Why these people are told. */
  reason: 'owner' | 'mention' | 'follower' | 'share';
  userIds: string[];
  /** The message or comment it is about. */
  messageId: string | null;
}

/** The one place that tells people of a ticket, in the caller's transaction. Whether they see it is asked when they read. */
@Injectable()
export class TicketNotices {
  constructor(private readonly bus: MessageBus) {}

  async tell(
    tx: Tx,
    { account_id, id, number }: Pick<StoredTicket, 'account_id' | 'id' | 'number'>,
    { topic, reason, userIds, messageId }: Notice,
  ): Promise<void> {
    if (userIds.length === 0) return;
    const recipients = userIds.map((userId) => ({ userId, reason }));
    await this.bus.publish(tx, account_id, new TicketNoticed({ ticketId: id, number, topic, messageId, recipients }));
  }
}
