import { Injectable } from '@nestjs/common';
import { DeliveryChanged, MessageDeliveryFailed } from '@helpdesk/contracts';
import { MessageBus, OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';

/** States that a later report of the same try does not undo. */
const FINAL = ['delivered', 'bounced', 'cancelled'];

@Injectable()
export class DeliveryHandlers {
  constructor(private readonly bus: MessageBus) {}

  @OnEvent(DeliveryChanged)
  async onDeliveryChanged(event: DeliveryChanged, tx: Tx, { accountId }: Delivery): Promise<void> {
    const row = await tx.queryOne<{ ticket_id: string; seq: number }>(
      `UPDATE conversations.message SET state = $3, state_detail = $4
       WHERE id = $1 AND account_id = $2 AND delivery_attempt <= $5 AND (state <> ALL ($6) OR ($3 = 'bounced' AND state = 'delivered'))
       RETURNING ticket_id, seq`,
      [event.messageId, accountId, event.state, event.detail, event.attempt, FINAL],
    );
    if (!row) return;
    // What had waited for its time is public from now on.
    await tx.query('UPDATE conversations.ticket_thread SET thread_version = $2 WHERE ticket_id = $1 AND thread_version < $2', [
      row.ticket_id,
      row.seq,
    ]);
    if (!['failed', 'bounced', 'unconfirmed'].includes(event.state)) return;
    const failed = { ticketId: row.ticket_id, messageId: event.messageId, state: event.state, detail: event.detail ?? '' };
    await this.bus.publish(tx, accountId, new MessageDeliveryFailed(failed));
  }
}
