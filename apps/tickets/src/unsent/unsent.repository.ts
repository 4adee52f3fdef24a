import { Injectable } from '@nestjs/common';
import type { UnsentChanged } from '@helpdesk/contracts';
import type { Tx } from '@helpdesk/platform';
import type { StoredTicket } from '../tickets/ticket.repository.js';

type TicketKey = Pick<StoredTicket, 'account_id' | 'id'>;

/** What people have begun to write, or have written for later: that it is there. */
@Injectable()
export class UnsentRepository {
  async set(tx: Tx, { account_id, id }: TicketKey, { what, key, userId, isThere }: UnsentChanged): Promise<void> {
    await tx.query(
      isThere
        ? 'INSERT INTO tickets.ticket_unsent (account_id, ticket_id, what, user_id, key) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING'
        : 'DELETE FROM tickets.ticket_unsent WHERE account_id = $1 AND ticket_id = $2 AND what = $3 AND user_id = $4 AND key = $5',
      [account_id, id, what, userId, key],
    );
  }

  /** A message whose time has come. */
  async isSent(tx: Tx, { account_id, id }: TicketKey, messageId: string): Promise<void> {
    await tx.query("DELETE FROM tickets.ticket_unsent WHERE account_id = $1 AND ticket_id = $2 AND what = 'scheduled' AND key = $3", [
      account_id,
      id,
      messageId,
    ]);
  }

  /** Messages that wait for their time and came from another ticket. */
  async come(tx: Tx, { account_id, id }: TicketKey, messageIds: string[]): Promise<void> {
    await tx.query(
      "UPDATE tickets.ticket_unsent SET ticket_id = $2 WHERE account_id = $1 AND what = 'scheduled' AND key = ANY ($3::text[])",
      [account_id, id, messageIds],
    );
  }

  /** With a ticket that goes into another; where somebody writes on both, the one there stays. */
  async move(tx: Tx, from: TicketKey, to: TicketKey): Promise<void> {
    await tx.query(
      `UPDATE tickets.ticket_unsent u SET ticket_id = $3 WHERE u.account_id = $1 AND u.ticket_id = $2 AND NOT EXISTS (
         SELECT 1 FROM tickets.ticket_unsent o WHERE o.account_id = $1 AND o.ticket_id = $3 AND o.what = u.what AND o.user_id = u.user_id AND o.key = u.key)`,
      [from.account_id, from.id, to.id],
    );
  }
}
