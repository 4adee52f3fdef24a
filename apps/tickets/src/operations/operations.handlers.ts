import { Injectable } from '@nestjs/common';
import { MessageRethreaded, OperationDue, ThreadRearranged, TicketSplit } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { SearchRepository } from '../search/search.repository.js';
import { TicketChanges } from '../tickets/ticket-changes.js';
import { TicketRepository } from '../tickets/ticket.repository.js';
import { UnsentRepository } from '../unsent/unsent.repository.js';
import { BulkService } from './bulk.service.js';
import { SplitService } from './split.service.js';

@Injectable()
export class OperationsHandlers {
  constructor(
    private readonly repository: TicketRepository,
    private readonly changes: TicketChanges,
    private readonly splits: SplitService,
    private readonly bulk: BulkService,
    private readonly search: SearchRepository,
    private readonly unsent: UnsentRepository,
  ) {}

  @OnEvent(TicketSplit)
  onTicketSplit(event: TicketSplit, tx: Tx, { accountId }: Delivery): Promise<void> {
    return this.splits.begin(tx, accountId, event);
  }

  @OnEvent(MessageRethreaded)
  onMessageRethreaded(event: MessageRethreaded, tx: Tx, { accountId }: Delivery): Promise<void> {
    return this.splits.rethreaded(tx, accountId, event);
  }

  /** What the list shows of the thread; nothing that anybody did to the ticket itself. */
  @OnEvent(ThreadRearranged)
  async onThreadRearranged(event: ThreadRearranged, tx: Tx, { accountId }: Delivery): Promise<void> {
    const ticket = await this.repository.lock(tx, accountId, event.ticketId);
    if (!ticket) return;
    if (event.joined.length > 0) {
      await this.search.move(tx, accountId, ticket.id, event.joined);
      await this.unsent.come(tx, ticket, event.joined);
    }
    const last = event.lastMessageAt ? new Date(event.lastMessageAt) : ticket.last_activity_at;
    const update = {
      thread_version: event.threadVersion,
      excerpt: event.excerpt ?? '',
      last_activity_at: last > ticket.last_activity_at ? last : ticket.last_activity_at,
    };
    await this.changes.apply(tx, ticket, update, { type: 'system', id: null, name: 'Automation' }, 'message', new Date());
  }

  @OnEvent(OperationDue)
  onOperationDue({ operationId, step }: OperationDue, tx: Tx, { accountId }: Delivery): Promise<void> {
    return this.bulk.work(tx, accountId, operationId, step);
  }
}
