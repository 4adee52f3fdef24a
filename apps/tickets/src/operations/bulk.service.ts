import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import { OperationDue, type BulkArgs, type OperationView } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { conflict, Database, invalidField, notFound, Problem, type Tx } from '@helpdesk/platform';
import { FollowingService } from '../following/following.service.js';
import { ListingService } from '../listing/listing.service.js';
import { TicketChanges } from '../tickets/ticket-changes.js';
import {
  TicketRepository,
  userNamed,
  type ActivityActor,
  type StoredTicket,
  type TicketUpdate,
  type Whereabouts,
} from '../tickets/ticket.repository.js';
import { TicketsService } from '../tickets/tickets.service.js';
import { TrashService } from '../trash/trash.service.js';
import { changesOf, inverseOf } from './field-changes.rules.js';
import { MAX_MERGED, MergeService, refuseUnlessSame } from './merge.service.js';
import {
  OperationsRepository,
  type BulkRequest,
  type ItemChanges,
  type StoredItem,
  type StoredOperation,
} from './operations.repository.js';

const MAX_TICKETS = 10_000;
/** Tickets changed in one transaction: each is locked until its end. */
const BATCH = 25;

/** One action on many tickets (D-68): each by itself, held to the rights of whoever asked, with what became of it. */
@Injectable()
export class BulkService {
  constructor(
    private readonly database: Database,
    private readonly operations: OperationsRepository,
    private readonly tickets: TicketsService,
    private readonly repository: TicketRepository,
    private readonly changes: TicketChanges,
    private readonly listing: ListingService,
    private readonly following: FollowingService,
    private readonly trash: TrashService,
    private readonly merges: MergeService,
    private readonly bus: MessageBus,
  ) {}

  /** Only begins it; the work follows in the background, after a crash as well. Repeating it with the same id gives the one that is there. */
  async start(
    scope: TicketScope,
    actorName: string,
    { operationId: id, ids, view, filter, action, set = {}, primaryId }: BulkArgs,
  ): Promise<OperationView> {
    const chosen = ids ? [...new Set(ids)] : await this.listing.idsOf(scope, { view, filter }, MAX_TICKETS + 1);
    const pointer = ids ? '/ids' : '/view';
    if (chosen.length > MAX_TICKETS) throw invalidField(pointer, 'too_many', `at most ${MAX_TICKETS} tickets at a time`);
    if (action === 'merge' && (chosen.length < 2 || chosen.length > MAX_MERGED + 1))
      throw invalidField(pointer, 'wrong_number', `merging takes 2 to ${MAX_MERGED + 1} tickets`);
    if (action === 'merge' && primaryId && !chosen.includes(primaryId))
      throw invalidField('/primaryId', 'unknown', 'is none of the chosen tickets');
    return this.database.transaction(scope.accountId, async (tx) => {
      const by = { userId: scope.userId, name: actorName };
      const request: BulkRequest = { action, set, primaryId, scope };
      const isNew = await this.operations.insert(tx, scope.accountId, { id, kind: 'bulk', ticketId: null, by, state: 'running', request });
      if (isNew) {
        await this.operations.insertPending(tx, scope.accountId, id, chosen);
        await this.bus.publish(tx, scope.accountId, new OperationDue({ operationId: id, step: 'do' }));
      }
      return this.operations.view(scope, id, tx);
    });
  }

  /** Whoever undoes it is held to his own rights of now. */
  async startUndo(tx: Tx, scope: TicketScope, operation: StoredOperation): Promise<void> {
    await tx.query(
      `UPDATE tickets.operation SET state = 'running', request = request || jsonb_build_object('scope', $3::jsonb) WHERE account_id = $1 AND id = $2`,
      [operation.account_id, operation.id, JSON.stringify(scope)],
    );
    await this.bus.publish(tx, operation.account_id, new OperationDue({ operationId: operation.id, step: 'undo' }));
  }

  /** The next items, in the transaction that takes the event, and word that more are due. */
  async work(tx: Tx, accountId: string, operationId: string, step: 'do' | 'undo'): Promise<void> {
    const operation = await this.operations.lock(tx, accountId, operationId);
    if (operation?.state !== 'running' || !operation.request) return;
    const { request } = operation;
    const from = step === 'do' ? 'pending' : 'done';
    const isMerge = request.action === 'merge';
    const items = await this.operations.items(tx, accountId, operationId, from, isMerge ? MAX_MERGED + 1 : BATCH);
    if (isMerge) await this.mergeAll(tx, operation, request, items, step);
    else for (const item of items) await this.one(tx, operation, request, item, step);
    if (!isMerge && items.length === BATCH) await this.bus.publish(tx, accountId, new OperationDue({ operationId, step }));
    else await this.operations.setState(tx, accountId, operationId, await this.outcome(tx, operation, step));
  }

  private async one(tx: Tx, operation: StoredOperation, request: BulkRequest, item: StoredItem, step: 'do' | 'undo'): Promise<void> {
    const { account_id, id, maker_name } = operation;
    const actor = userNamed(request.scope, maker_name);
    try {
      const changed =
        step === 'do' ? await this.do(tx, request, item.ticket_id, actor) : await this.undo(tx, request, item, operation.made_by, actor);
      await this.operations.setItem(tx, account_id, id, item.position, { state: step === 'do' ? 'done' : 'undone', changed });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // What could not be undone is through as well.
      const state = step === 'do' ? 'failed' : 'undone';
      const [field] = error.errors ?? [];
      await this.operations.setItem(tx, account_id, id, item.position, { state, code: field?.code ?? error.code, detail: error.detail });
    }
  }

  private async do(tx: Tx, { action, set, scope }: BulkRequest, ticketId: string, actor: ActivityActor): Promise<ItemChanges> {
    if (action === 'follow' || action === 'unfollow') {
      const { id } = await this.tickets.mayDo(scope, ticketId, 'view', tx);
      const follows = action === 'follow';
      return (await this.following.set(tx, scope, id, follows)) ? { follows } : {};
    }
    if (action === 'update') {
      const ticket = await this.tickets.mayDo(scope, ticketId, 'edit', tx);
      const update = await this.tickets.checked(tx, scope, ticket, set);
      await this.changes.apply(tx, ticket, update, actor, 'bulk', new Date());
      return { fields: changesOf(ticket, update) };
    }
    const ticket = await this.removable(tx, scope, ticketId, action === 'restore' ? ['trash', 'spam'] : ['desk']);
    const from = whereabouts(ticket);
    const to = action === 'restore' ? 'desk' : action === 'spam' ? 'spam' : 'trash';
    await this.put(tx, ticket, to, actor);
    return { removal: [from, to] };
  }

  /** `madeBy`: who follows again, or no longer, whoever takes it back. */
  private async undo(
    tx: Tx,
    { scope }: BulkRequest,
    { ticket_id, changed }: StoredItem,
    madeBy: string,
    actor: ActivityActor,
  ): Promise<undefined> {
    if (changed?.follows !== undefined) {
      const { id } = await this.tickets.mayDo(scope, ticket_id, 'view', tx);
      await this.following.set(tx, { ...scope, userId: madeBy }, id, !changed.follows);
    } else if (changed?.fields) {
      const ticket = await this.tickets.mayDo(scope, ticket_id, 'edit', tx);
      refuseUnlessSame(ticket, ticket_id);
      const { update, kept } = inverseOf<TicketUpdate>(ticket, changed.fields);
      if (await this.tickets.isStageGone(tx, ticket, update)) throw conflict('stage_gone', 'The status it had is not there any more.');
      await this.changes.apply(tx, ticket, update, actor, 'undo', new Date());
      if (kept.length > 0) throw conflict('changed_since', `Changed since: ${kept.join(', ')}.`);
    } else if (changed?.removal) {
      const [from, to] = changed.removal;
      await this.put(tx, await this.removable(tx, scope, ticket_id, [to]), from, actor);
    }
    return undefined;
  }

  private async mergeAll(
    tx: Tx,
    operation: StoredOperation,
    request: BulkRequest,
    items: StoredItem[],
    step: 'do' | 'undo',
  ): Promise<void> {
    const { account_id, id, maker_name } = operation;
    const { scope } = request;
    const actor = userNamed(scope, maker_name);
    try {
      if (step === 'undo') {
        const primary = items.find(({ changed }) => changed?.fields);
        const inOrder = [...(primary ? [primary] : []), ...items.filter((item) => item !== primary)];
        await this.merges.undo(tx, scope, id, inOrder, actor);
        for (const { position } of items) await this.operations.setItem(tx, account_id, id, position, { state: 'undone' });
        return;
      }
      const ids = items.map(({ ticket_id }) => ticket_id);
      const primaryId = request.primaryId ?? (await this.repository.lowest(tx, account_id, ids)) ?? ids[0] ?? '';
      const locked = await this.merges.lock(
        tx,
        scope,
        primaryId,
        ids.filter((ticketId) => ticketId !== primaryId),
      );
      if (locked.length !== ids.length || locked.some((ticket) => !ids.includes(ticket.id)))
        throw conflict('already_merged', 'Some of them are one already.');
      const merged = await this.merges.merge(tx, id, locked, actor);
      for (const item of items) {
        const changed = merged.find(({ ticketId }) => ticketId === item.ticket_id)?.changed;
        await this.operations.setItem(tx, account_id, id, item.position, { state: 'done', changed });
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const state = step === 'do' ? 'failed' : 'undone';
      for (const { position } of items)
        await this.operations.setItem(tx, account_id, id, position, { state, code: error.code, detail: error.detail });
    }
  }

  private async outcome(tx: Tx, { account_id, id }: StoredOperation, step: 'do' | 'undo'): Promise<'done' | 'failed' | 'undone'> {
    if (step === 'undo') return 'undone';
    return (await this.operations.items(tx, account_id, id, 'done', 1)).length > 0 ? 'done' : 'failed';
  }

  private async removable(tx: Tx, scope: TicketScope, id: string, from: Whereabouts[]): Promise<StoredTicket> {
    const ticket = await this.repository.inScope(scope, 'delete', id, tx, from);
    if (ticket) return ticket;
    // The refusal that says why: not there, or not his to remove.
    if (from.includes('desk')) await this.tickets.mayDo(scope, id, 'delete', tx);
    throw notFound();
  }

  private put(tx: Tx, ticket: StoredTicket, to: 'desk' | 'trash' | 'spam', actor: ActivityActor): Promise<void> {
    return to === 'desk' ? this.trash.putBack(tx, ticket, actor) : this.trash.remove(tx, ticket, to, actor);
  }
}

const whereabouts = ({ deleted_at, removal }: StoredTicket) => (deleted_at ? (removal === 'spam' ? 'spam' : 'trash') : 'desk');
