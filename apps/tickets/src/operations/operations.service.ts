import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import { MoveUndone, type OperationView, type RestructuredTicket, type TicketView } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { conflict, Database, notFound, type Tx } from '@helpdesk/platform';
import { refuseGoneStage } from '../pipelines/pipelines.service.js';
import { TicketChanges } from '../tickets/ticket-changes.js';
import { TicketRepository, userNamed, type StoredTicket, type TicketUpdate } from '../tickets/ticket.repository.js';
import { TicketsService } from '../tickets/tickets.service.js';
import { BulkService } from './bulk.service.js';
import { changesOf, inverseOf } from './field-changes.rules.js';
import { MergeService, refuseUnlessSame } from './merge.service.js';
import { OperationsRepository, type StoredItem, type StoredOperation } from './operations.repository.js';

/** What is done to tickets as a whole, kept so that it can be undone for thirty days (I-09). */
@Injectable()
export class OperationsService {
  constructor(
    private readonly database: Database,
    private readonly operations: OperationsRepository,
    private readonly tickets: TicketsService,
    private readonly repository: TicketRepository,
    private readonly changes: TicketChanges,
    private readonly merges: MergeService,
    private readonly bulk: BulkService,
    private readonly bus: MessageBus,
  ) {}

  get(scope: TicketScope, id: string): Promise<OperationView> {
    return this.operations.view(scope, id);
  }

  /** Repeating it with the same operation gives the ticket as it is by then. */
  async merge(
    scope: TicketScope,
    actorName: string,
    { operationId, primaryId, secondaryIds }: { operationId: string; primaryId: string; secondaryIds: string[] },
  ): Promise<RestructuredTicket> {
    return this.database.transaction(scope, async (tx) => {
      if (await this.operations.lock(tx, scope.accountId, operationId))
        return this.restructured(scope, operationId, await this.tickets.mayDo(scope, primaryId, 'view', tx), tx);
      const locked = await this.merges.lock(tx, scope, primaryId, secondaryIds);
      tx.asDesk(scope.accountId);
      const [primary] = locked;
      const by = { userId: scope.userId, name: actorName };
      await this.operations.insert(tx, scope.accountId, { id: operationId, kind: 'merge', ticketId: primary.id, by });
      const items = await this.merges.merge(tx, operationId, locked, userNamed(scope, actorName));
      await this.operations.insertDone(tx, scope.accountId, operationId, items);
      return this.restructured(scope, operationId, primary, tx);
    });
  }

  /** To another pipeline, status or team (D-64). The mover is told what he made even where it has led out of his sight. */
  async move(
    scope: TicketScope,
    actorName: string,
    { operationId, id, ...place }: { operationId: string; id: string; pipelineId: string; stageId: string; teamId?: string | null },
  ): Promise<RestructuredTicket> {
    const moving = this.tickets.change(scope, id, 'edit', async (tx, ticket) => {
      const by = { userId: scope.userId, name: actorName };
      if (!(await this.operations.insert(tx, scope.accountId, { id: operationId, kind: 'move', ticketId: ticket.id, by })))
        return this.restructured(scope, operationId, ticket, tx);
      const update = await this.tickets.checked(tx, scope, ticket, place);
      const changed = { fields: changesOf(ticket, update) };
      await this.operations.insertDone(tx, scope.accountId, operationId, [{ ticketId: ticket.id, changed }]);
      await this.changes.apply(tx, ticket, update, userNamed(scope, actorName), 'move', new Date());
      return this.restructured(scope, operationId, ticket, tx);
    });
    return moving.catch(refuseGoneStage);
  }

  /** Refuses with 404 unless he made it or is a super admin, and with 409 when it is too late or was done already. */
  async undo(scope: TicketScope, actorName: string, id: string): Promise<OperationView & { ticket: TicketView | null }> {
    const undoing = this.database.transaction(scope, async (tx) => {
      await this.operations.view(scope, id, tx);
      const operation = await this.operations.lock(tx, scope.accountId, id);
      if (!operation) throw notFound();
      if (operation.state === 'undone') throw conflict('already_undone', 'This was undone already.');
      if (operation.state === 'running') throw conflict('still_running', 'It is still at work.');
      if (!operation.undo_until || operation.undo_until < new Date()) throw conflict('too_late', 'This cannot be undone any more.');
      const ticket = await this.undoOne(tx, scope, actorName, operation);
      const view = await this.operations.view(scope, id, tx);
      const now = ticket && (await this.repository.lock(tx, scope.accountId, ticket.id));
      return { ...view, ticket: now ? await this.tickets.view(scope, now, tx) : null };
    });
    return undoing.catch(refuseGoneStage);
  }

  private async undoOne(tx: Tx, scope: TicketScope, actorName: string, operation: StoredOperation): Promise<StoredTicket | null> {
    const { id, kind } = operation;
    const actor = userNamed(scope, actorName);
    // Each item is held to his scope where it is taken back; under his own sight those he has lost would be left out in silence.
    tx.asDesk(scope.accountId);
    if (kind === 'bulk') {
      await this.bulk.startUndo(tx, scope, operation);
      return null;
    }
    const items = await this.operations.items(tx, scope.accountId, id, 'done');
    await this.operations.setState(tx, scope.accountId, id, 'undone');
    if (kind === 'merge') return this.merges.undo(tx, scope, id, items, actor);
    const [item] = items;
    if (!item) throw notFound();
    if (kind === 'split') return this.undoSplit(tx, scope, operation, item, actorName);
    const ticket = await this.tickets.mayDo(scope, item.ticket_id, 'edit', tx);
    if (kind === 'rethread') {
      const sourceId = item.changed?.sourceId ?? '';
      const source = await this.tickets.mayDo(scope, sourceId, 'edit', tx);
      refuseUnlessSame(source, sourceId);
      await this.bus.publish(tx, scope.accountId, new MoveUndone({ ticketId: ticket.id, sourceId, operationId: id }));
      return ticket;
    }
    refuseUnlessSame(ticket, item.ticket_id);
    const { update, kept } = inverseOf<TicketUpdate>(ticket, item.changed?.fields ?? {});
    if (kept.length > 0) throw conflict('changed_since', `Changed since: ${kept.join(', ')}.`);
    await this.changes.apply(tx, ticket, update, actor, 'undo', new Date());
    return ticket;
  }

  /** What was split off goes back, all of it: what came to it since as well. Its number then leads to the other one. */
  private async undoSplit(
    tx: Tx,
    scope: TicketScope,
    { id }: StoredOperation,
    { ticket_id, changed }: StoredItem,
    actorName: string,
  ): Promise<StoredTicket> {
    const locked = await this.merges.lock(tx, scope, changed?.sourceId ?? '', [ticket_id]);
    if (locked[1]) refuseUnlessSame(locked[1], ticket_id);
    await this.merges.merge(tx, id, locked, userNamed(scope, actorName));
    return locked[0];
  }

  private async restructured(scope: TicketScope, operationId: string, { id }: StoredTicket, tx: Tx): Promise<RestructuredTicket> {
    const ticket = await this.repository.lock(tx, scope.accountId, id);
    if (!ticket) throw notFound();
    return { ticket: await this.tickets.view(scope, ticket, tx), operationId };
  }
}
