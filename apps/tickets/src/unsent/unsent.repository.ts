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

  /** With a ticket that goes into another; where somebody writes on both, the one there stays. */
  async move(tx: Tx, from: TicketKey, to: TicketKey): Promise<void> {
    await tx.query(
      `WITH gone AS (DELETE FROM tickets.ticket_unsent WHERE account_id = $1 AND ticket_id = $2 RETURNING what, user_id, key)
       INSERT INTO tickets.ticket_unsent (account_id, ticket_id, what, user_id, key) SELECT $1, $3, what, user_id, key FROM gone ON CONFLICT DO NOTHING`,
      [from.account_id, from.id, to.id],
    );
  }
}
