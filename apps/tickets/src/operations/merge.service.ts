import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import { TicketMerged, MoveUndone } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { conflict, invalidField, notFound, Problem, type Tx } from '@helpdesk/platform';
import { TicketChanges } from '../tickets/ticket-changes.js';
import { TicketRepository, type ActivityActor, type StoredTicket, type TicketUpdate } from '../tickets/ticket.repository.js';
import { TicketsService } from '../tickets/tickets.service.js';
import { UnsentRepository } from '../unsent/unsent.repository.js';
import { changesOf, inverseOf } from './field-changes.rules.js';
import { MergesRepository } from './merges.repository.js';
import type { ItemChanges, StoredItem } from './operations.repository.js';

/** D-68. */
export const MAX_MERGED = 20;

/** Two or more tickets become one, which keeps its id, its number and its values (D-62); and back. */
@Injectable()
export class MergeService {
  constructor(
    private readonly tickets: TicketsService,
    private readonly repository: TicketRepository,
    private readonly merges: MergesRepository,
    private readonly changes: TicketChanges,
    private readonly unsent: UnsentRepository,
    private readonly bus: MessageBus,
  ) {}

  /**
   * All of them, locked in the order of their ids, so that two merges that meet wait for each other instead of both going on. The first one
   * of the answer is the one that stays. Throws as {@link TicketsService.mayDo} for that one, and 422 that points at another.
   */
  async lock(tx: Tx, scope: TicketScope, primaryId: string, secondaryIds: string[]): Promise<[StoredTicket, ...StoredTicket[]]> {
    const found = new Map<string, StoredTicket | Problem>();
    for (const id of [primaryId, ...secondaryIds].toSorted()) {
      const ticket = await this.tickets.mayDo(scope, id, 'edit', tx).catch((error: unknown) => {
        if (error instanceof Problem) return error;
        throw error;
      });
      found.set(id, ticket);
    }
    const primary = found.get(primaryId) ?? notFound();
    if (primary instanceof Problem) throw primary;
    const secondaries = secondaryIds.map((id, i) => {
      const ticket = found.get(id);
      if (ticket instanceof Problem && ticket.status === 403) throw ticket;
      if (!ticket || ticket instanceof Problem) throw invalidField(`/secondaryIds/${i}`, 'unknown', 'is no ticket that you may see');
      if (id === primaryId) throw invalidField(`/secondaryIds/${i}`, 'same_ticket', 'is the ticket that stays');
      if (ticket.id === primary.id) throw conflict('already_merged', 'These tickets are one already.');
      return ticket;
    });
    return [primary, ...new Map(secondaries.map((ticket) => [ticket.id, ticket])).values()];
  }

  /** What each of the tickets changed, the one that stays first. All are locked, and the transaction works as the desk. */
  async merge(
    tx: Tx,
    operationId: string,
    [primary, ...secondaries]: [StoredTicket, ...StoredTicket[]],
    actor: ActivityActor,
  ): Promise<{ ticketId: string; changed: ItemChanges }[]> {
    const at = new Date();
    const update = filledFrom(primary, secondaries);
    const items: { ticketId: string; changed: ItemChanges }[] = [{ ticketId: primary.id, changed: { fields: changesOf(primary, update) } }];
    for (const secondary of secondaries) {
      const added = await this.merges.unite(tx, primary, secondary);
      await this.unsent.move(tx, secondary, primary);
      await this.merges.redirect(tx, secondary, primary);
      await this.changes.merged(tx, secondary, primary.id, actor, at);
      await this.bus.publish(tx, primary.account_id, new TicketMerged({ ticketId: primary.id, secondaryId: secondary.id, operationId }));
      items.push({ ticketId: secondary.id, changed: { added } });
    }
    const merged = { field: 'mergedIds', old: [], new: secondaries.map(({ id }) => id) };
    const later = { last_activity_at: newest([primary, ...secondaries].map((ticket) => ticket.last_activity_at)) };
    await this.changes.apply(tx, primary, { ...update, ...later }, actor, 'merge', at, { more: [merged] });
    return items;
  }

  /** Each goes back to where it was; what came since stays with the one that stayed. Throws 403, 404 or 409 where it cannot be. */
  async undo(tx: Tx, scope: TicketScope, operationId: string, items: StoredItem[], actor: ActivityActor): Promise<StoredTicket> {
    const [first, ...others] = items;
    if (!first) throw notFound();
    const locked = new Map<string, StoredTicket>();
    for (const id of items.map(({ ticket_id }) => ticket_id).toSorted()) {
      // The one that stayed may have gone into another since.
      const ticket = await this.repository.inScope(scope, 'edit', id, tx, ['desk', 'merged']);
      if (!ticket) throw notFound();
      locked.set(id, ticket);
    }
    const primary = locked.get(first.ticket_id) as StoredTicket;
    const home = primary.deleted_at ? await this.tickets.mayDo(scope, primary.id, 'edit', tx) : primary;
    tx.asDesk(scope.accountId);
    // All of them before the first is changed: what is refused leaves nothing half done.
    for (const { ticket_id } of others)
      if (!(await this.merges.isMergedInto(tx, locked.get(ticket_id) as StoredTicket, primary.id)))
        throw conflict('not_undoable', 'The tickets are apart already.');
    const at = new Date();
    for (const { ticket_id, changed } of others) {
      const secondary = locked.get(ticket_id) as StoredTicket;
      await this.merges.endRedirect(tx, secondary);
      if (changed?.added) await this.merges.part(tx, primary, changed.added);
      await this.changes.merged(tx, secondary, null, actor, at);
      await this.bus.publish(
        tx,
        scope.accountId,
        new MoveUndone({ ticketId: home.id, sourceId: secondary.id, operationId, isParted: true }),
      );
    }
    const { update } = inverseOf<TicketUpdate>(primary, first.changed?.fields ?? {});
    const parted = { field: 'mergedIds', old: others.map(({ ticket_id }) => ticket_id), new: [] };
    await this.changes.apply(tx, primary, update, actor, 'undo', at, { more: [parted] });
    return home;
  }
}

/** The primary's values win, what it lacks comes from the others in their order; it is as old as the oldest. Whose it is stays as it is: who sees a ticket is changed by nothing but hand. */
function filledFrom(primary: StoredTicket, others: StoredTicket[]): TicketUpdate {
  const firstOf = <T>(pick: (ticket: StoredTicket) => T | null) => [primary, ...others].map(pick).find((value) => value !== null) ?? null;
  const source = [primary, ...others].find((ticket) => ticket.contact_id !== null);
  return {
    priority: firstOf((ticket) => ticket.priority),
    category: [...new Set([primary, ...others].flatMap((ticket) => ticket.category))],
    properties: Object.assign({}, ...[primary, ...others].toReversed().map((ticket) => ticket.properties)) as Record<string, unknown>,
    contact_id: source?.contact_id ?? null,
    contact_name: source?.contact_name ?? null,
    company_id: firstOf((ticket) => ticket.company_id),
    created_at: new Date(Math.min(...[primary, ...others].map((ticket) => ticket.created_at.getTime()))),
  };
}

const newest = (times: Date[]) => new Date(Math.max(...times.map((time) => time.getTime())));

/** What was done to a ticket that has gone into another since is not taken back there. */
export function refuseUnlessSame(found: StoredTicket, id: string): void {
  if (found.id !== id) throw conflict('changed_since', 'It was merged into another ticket since.');
}
