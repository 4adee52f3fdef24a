import { Injectable } from '@nestjs/common';
import { TicketPurged } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import { Database, type Tx } from '@helpdesk/platform';

/** Everything that was said on a ticket that is gone for good. Contacts stay: they are nobody's ticket. */
@Injectable()
export class PurgeHandlers {
  constructor(private readonly database: Database) {}

  @OnEvent(TicketPurged)
  async onTicketPurged({ ticketId }: TicketPurged, tx: Tx, { accountId }: Delivery): Promise<void> {
    await this.database.asComments(tx, async () => {
      const of = [accountId, ticketId];
      await tx.query(
        `DELETE FROM conversations.attachment WHERE account_id = $1 AND (
           message_id IN (SELECT id FROM conversations.message WHERE account_id = $1 AND ticket_id = $2)
           OR comment_id IN (SELECT id FROM conversations.comment WHERE account_id = $1 AND ticket_id = $2))`,
        of,
      );
      await tx.query(
        `DELETE FROM conversations.moved_entry WHERE account_id = $1 AND (from_ticket_id = $2
           OR entry_id IN (SELECT id FROM conversations.message WHERE account_id = $1 AND ticket_id = $2)
           OR entry_id IN (SELECT id FROM conversations.comment WHERE account_id = $1 AND ticket_id = $2))`,
        of,
      );
      for (const table of ['draft', 'comment', 'message', 'conversation', 'ticket_thread'])
        await tx.query(`DELETE FROM conversations.${table} WHERE account_id = $1 AND ticket_id = $2`, of);
    });
  }
}
