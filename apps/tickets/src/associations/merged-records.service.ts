import { Injectable } from '@nestjs/common';
import type { RecordMerged } from '@helpdesk/contracts';
import type { Tx } from '@helpdesk/platform';
import { TicketRepository } from '../tickets/ticket.repository.js';
import { MergedRecordsRepository } from './merged-records.repository.js';

/**
 * Tickets of a contact or company that was merged are those of the one that stays. Nobody has changed them: neither their version nor who
 * sees them moves.
 */
@Injectable()
export class MergedRecordsService {
  constructor(
    private readonly merges: MergedRecordsRepository,
    private readonly tickets: TicketRepository,
  ) {}

  async merged(tx: Tx, accountId: string, { kind, id, mergedId, name }: RecordMerged): Promise<void> {
    await this.tickets.holdNewTickets(tx, accountId);
    const merge = await this.merges.note(tx, accountId, { kind, merged_id: mergedId, into_id: id, name });
    const tickets = await this.merges.lockTicketsOf(tx, accountId, kind, mergedId);
    if (tickets.length > 0) await this.merges.replace(tx, accountId, merge, tickets);
  }

  renamed(tx: Tx, accountId: string, contactId: string, name: string): Promise<void> {
    return this.merges.rename(tx, accountId, contactId, name);
  }

  /** For a ticket that was just made: what it was made from may be older than a merge. */
  async follow(tx: Tx, accountId: string, ticketId: string): Promise<void> {
    for (const merge of await this.merges.ofTicket(tx, accountId, ticketId)) await this.merges.replace(tx, accountId, merge, [ticketId]);
  }
}
