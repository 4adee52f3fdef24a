import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { AddShareArgs, TicketAccessFacts, TicketShareView } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { Database, notFound, type Tx } from '@helpdesk/platform';
import { TicketChanges } from '../tickets/ticket-changes.js';
import { TicketNotices } from '../tickets/ticket-notices.js';
import { TicketRepository, type StoredTicket } from '../tickets/ticket.repository.js';
import { TicketsService } from '../tickets/tickets.service.js';
import { SharingRepository } from './sharing.repository.js';

/** Sight given on one ticket, beside everybody's scope. Audited in the transaction of the change. */
@Injectable()
export class SharingService {
  constructor(
    private readonly database: Database,
    private readonly tickets: TicketsService,
    private readonly repository: TicketRepository,
    private readonly shares: SharingRepository,
    private readonly changes: TicketChanges,
    private readonly bus: MessageBus,
    private readonly notices: TicketNotices,
  ) {}

  async facts(scope: TicketScope, id: string): Promise<TicketAccessFacts> {
    const ticket = await this.tickets.mayDo(scope, id, 'view');
    return this.repository.accessFacts(this.database.within(scope.accountId), ticket);
  }

  async list(scope: TicketScope, id: string): Promise<TicketShareView[]> {
    const ticket = await this.tickets.mayDo(scope, id, 'view');
    return this.shares.ofTicket(this.database.within(scope.accountId), scope.accountId, ticket.id);
  }

  /** Whom it is shared with already keeps that share: only its end moves. Repeating it changes nothing. */
  async add(scope: TicketScope, actorName: string, args: AddShareArgs): Promise<TicketShareView> {
    const by = { userId: scope.userId, name: actorName };
    return this.change(scope, args.id, async (tx, ticket, before) => {
      const share = await this.shares.insert(tx, ticket, { ...args, createdBy: scope.userId });
      if (!share) return this.known(tx, ticket, args);
      await this.bus.audit(tx, scope.accountId, by, { action: 'ticket.shared', subject: `ticket/${ticket.id}`, new: share });
      await this.changes.accessChanged(tx, ticket, before);
      // Moving the end of a share is no news.
      const isNew = share.id === args.shareId;
      if (isNew && share.userId && share.userId !== scope.userId)
        await this.notices.tell(tx, ticket, { topic: 'shared', reason: 'share', userIds: [share.userId], messageId: null });
      return share;
    });
  }

  async remove(scope: TicketScope, actorName: string, id: string, shareId: string): Promise<void> {
    const by = { userId: scope.userId, name: actorName };
    await this.change(scope, id, async (tx, ticket, before) => {
      const share = await this.shares.remove(tx, ticket, shareId);
      if (!share) throw notFound();
      await this.bus.audit(tx, scope.accountId, by, { action: 'ticket.unshared', subject: `ticket/${ticket.id}`, old: share });
      await this.changes.accessChanged(tx, ticket, before);
    });
  }

  private change<T>(
    scope: TicketScope,
    id: string,
    work: (tx: Tx, ticket: StoredTicket, before: TicketAccessFacts) => Promise<T>,
  ): Promise<T> {
    return this.tickets.change(scope, id, 'edit', async (tx, ticket) => work(tx, ticket, await this.repository.accessFacts(tx, ticket)));
  }

  private async known(tx: Tx, ticket: StoredTicket, { userId, teamId }: AddShareArgs): Promise<TicketShareView> {
    const all = await this.shares.ofTicket(tx, ticket.account_id, ticket.id);
    const share = all.find((known) => known.userId === userId && known.teamId === teamId);
    if (!share) throw notFound();
    return share;
  }
}
