import { Injectable } from '@nestjs/common';
import { RemovalDue, TicketPurged } from '@helpdesk/contracts';
import { MessageBus, OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { TicketRepository } from '../tickets/ticket.repository.js';

/** What hangs on a ticket by its id, beside what goes with its row. */
const TABLES = [
  'ticket_activity',
  'ticket_link',
  'ticket_follower',
  'ticket_mention',
  'ticket_contact',
  'ticket_company',
  'ticket_unsent',
  'sla_clock',
  'operation_item',
];

/** Tickets whose time in the trash is over, and what was merged into them. The ids of their messages stay known to the channels: asking for them again brings nothing back. */
@Injectable()
export class PurgeHandlers {
  constructor(
    private readonly repository: TicketRepository,
    private readonly bus: MessageBus,
  ) {}

  @OnEvent(RemovalDue)
  async onRemovalDue({ ticketId, removedAt }: RemovalDue, tx: Tx, { accountId }: Delivery): Promise<void> {
    const ticket = await this.repository.lock(tx, accountId, ticketId);
    // Put back meanwhile, or put there once more since.
    if (ticket?.deleted_at?.toISOString() !== new Date(removedAt).toISOString() || ticket.removal === 'merged') return;
    const merged = await tx.query<{ merged_id: string }>(
      'DELETE FROM tickets.ticket_redirect WHERE account_id = $1 AND survivor_id = $2 RETURNING merged_id',
      [accountId, ticketId],
    );
    const ids = [ticketId, ...merged.map(({ merged_id }) => merged_id)];
    for (const table of TABLES)
      await tx.query(`DELETE FROM tickets.${table} WHERE account_id = $1 AND ticket_id = ANY ($2::uuid[])`, [accountId, ids]);
    await tx.query('DELETE FROM tickets.ticket_link WHERE account_id = $1 AND other_id = ANY ($2::uuid[])', [accountId, ids]);
    await tx.query('DELETE FROM tickets.ticket WHERE account_id = $1 AND id = ANY ($2::uuid[])', [accountId, ids]);
    for (const id of ids) await this.bus.publish(tx, accountId, new TicketPurged({ ticketId: id }));
  }
}
