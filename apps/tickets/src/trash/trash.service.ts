import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { TicketView } from '@helpdesk/contracts';
import { Database, notFound, type Tx } from '@helpdesk/platform';
import { TicketChanges } from '../tickets/ticket-changes.js';
import { TicketRepository, type StoredTicket } from '../tickets/ticket.repository.js';
import { TicketsService } from '../tickets/tickets.service.js';

/** To the trash and back (D-65): a deleted ticket is nowhere but there. */
@Injectable()
export class TrashService {
  constructor(
    private readonly database: Database,
    private readonly tickets: TicketsService,
    private readonly repository: TicketRepository,
    private readonly changes: TicketChanges,
  ) {}

  async delete(scope: TicketScope, actorName: string, id: string): Promise<void> {
    await this.tickets.change(scope, id, 'delete', (tx, ticket) => this.move(tx, ticket, new Date(), scope, actorName));
  }

  /** 404 unless it lies in the trash and his delete scope covers it. */
  async restore(scope: TicketScope, actorName: string, id: string): Promise<TicketView> {
    return this.database.transaction(scope, async (tx) => {
      const ticket = await this.repository.inScope(scope, 'delete', id, tx, 'trash');
      if (!ticket) throw notFound();
      tx.asDesk(scope.accountId);
      await this.move(tx, ticket, null, scope, actorName);
      const restored = await this.repository.lock(tx, scope.accountId, ticket.id);
      if (!restored) throw notFound();
      return this.tickets.view(scope, restored, tx);
    });
  }

  private async move(tx: Tx, ticket: StoredTicket, deletedAt: Date | null, { userId }: TicketScope, name: string): Promise<void> {
    await this.changes.apply(tx, ticket, { deleted_at: deletedAt }, { type: 'user', id: userId, name }, 'api', deletedAt ?? new Date());
  }
}
