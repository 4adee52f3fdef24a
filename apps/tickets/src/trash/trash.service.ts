import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { TicketView } from '@helpdesk/contracts';
import { Database, notFound, type Tx } from '@helpdesk/platform';
import { TicketChanges } from '../tickets/ticket-changes.js';
import { TicketRepository, userNamed, type ActivityActor, type StoredTicket } from '../tickets/ticket.repository.js';
import { TicketsService } from '../tickets/tickets.service.js';

/** To the trash or to spam, and back (D-65, D-66): a ticket that is there is nowhere else. */
@Injectable()
export class TrashService {
  constructor(
    private readonly database: Database,
    private readonly tickets: TicketsService,
    private readonly repository: TicketRepository,
    private readonly changes: TicketChanges,
  ) {}

  async delete(scope: TicketScope, actorName: string, id: string): Promise<void> {
    await this.tickets.change(scope, id, 'delete', (tx, ticket) => this.remove(tx, ticket, 'trash', userNamed(scope, actorName)));
  }

  /** 404 unless it lies in the trash or among spam and his delete scope covers it. */
  async restore(scope: TicketScope, actorName: string, id: string): Promise<TicketView> {
    return this.database.transaction(scope, async (tx) => {
      const ticket = await this.repository.inScope(scope, 'delete', id, tx, ['trash', 'spam']);
      if (!ticket) throw notFound();
      tx.asDesk(scope.accountId);
      await this.putBack(tx, ticket, userNamed(scope, actorName));
      const restored = await this.repository.lock(tx, scope.accountId, ticket.id);
      if (!restored) throw notFound();
      return this.tickets.view(scope, restored, tx);
    });
  }

  async remove(tx: Tx, ticket: StoredTicket, to: 'trash' | 'spam', actor: ActivityActor): Promise<void> {
    const at = new Date();
    const asSpam = to === 'spam' ? [{ field: 'spam', old: false, new: true }] : [];
    await this.changes.apply(tx, ticket, { deleted_at: at, removal: to }, actor, 'api', at, { more: asSpam });
  }

  async putBack(tx: Tx, ticket: StoredTicket, actor: ActivityActor): Promise<void> {
    const noSpam = ticket.removal === 'spam' ? [{ field: 'spam', old: true, new: false }] : [];
    await this.changes.apply(tx, ticket, { deleted_at: null, removal: 'trash' }, actor, 'api', new Date(), { more: noSpam });
  }
}
