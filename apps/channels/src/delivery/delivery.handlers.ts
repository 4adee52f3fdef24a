import { Injectable } from '@nestjs/common';
import { DeliverMessage } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { DeliverySender } from './delivery-sender.js';

@Injectable()
export class DeliveryHandlers {
  constructor(private readonly sender: DeliverySender) {}

  /** Only notes that there is something to send: no transaction stays open while a mail server thinks. */
  @OnEvent(DeliverMessage)
  async onDeliverMessage(command: DeliverMessage, tx: Tx, { accountId }: Delivery): Promise<void> {
    await tx.query(
      `INSERT INTO channels.delivery (message_id, attempt, account_id, channel_id, payload, state, due_at)
       VALUES ($1, $2, $3, $4, $5, 'waiting', now()) ON CONFLICT DO NOTHING`,
      [command.messageId, command.attempt, accountId, command.channelId, JSON.stringify(command)],
    );
    tx.onCommit(() => this.sender.kick());
  }
}
