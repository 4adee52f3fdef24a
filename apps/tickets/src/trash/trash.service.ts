import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { TicketView } from '@helpdesk/contracts';
import { Database, notFound } from '@helpdesk/platform';
import { TicketChanges } from '../tickets/ticket-changes.js';
import { toView } from '../tickets/ticket.mapper.js';
import { TicketRepository } from '../tickets/ticket.repository.js';
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
    await this.tickets.mayDo(scope, id, 'delete');
    await this.database.transaction(scope, async (tx) => {
      const ticket = await this.repository.inScope(scope, 'delete', id, tx);
      if (!ticket) throw notFound();
      tx.narrow(scope.accountId);
      const now = new Date();
      await this.changes.apply(tx, ticket, { deleted_at: now }, { type: 'user', id: scope.userId, name: actorName }, 'api', now);
    });
  }

  /** 404 unless it lies in the trash and his delete scope covers it. */
  async restore(scope: TicketScope, actorName: string, id: string): Promise<TicketView> {
    return this.database.transaction(scope, async (tx) => {
      const ticket = await this.repository.inScope(scope, 'delete', id, tx, 'trash');
      if (!ticket) throw notFound();
      tx.narrow(scope.accountId);
      await this.changes.apply(tx, ticket, { deleted_at: null }, { type: 'user', id: scope.userId, name: actorName }, 'api', new Date());
      const restored = await this.repository.lock(tx, scope.accountId, ticket.id);
      if (!restored) throw notFound();
      return toView(restored, await this.repository.links(scope, ticket.id, tx), await this.repository.associations(tx, restored));
    });
  }
}
