import { Injectable } from '@nestjs/common';
import { ApplySlaPolicies, CheckSla } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { TicketChanges } from '../tickets/ticket-changes.js';
import { TicketNotices } from '../tickets/ticket-notices.js';
import { TicketRepository, type TicketUpdate } from '../tickets/ticket.repository.js';
import { PolicyApplication } from './policy-application.js';
import { SlaService } from './sla.service.js';

const ACTOR = { type: 'system' as const, id: null, name: 'SLA' };

/** What happens by time alone: who is told, and what becomes of what is overdue (D-78). */
@Injectable()
export class SlaHandlers {
  constructor(
    private readonly tickets: TicketRepository,
    private readonly changes: TicketChanges,
    private readonly notices: TicketNotices,
    private readonly sla: SlaService,
    private readonly application: PolicyApplication,
  ) {}

  @OnEvent(CheckSla)
  async onCheckSla(event: CheckSla, tx: Tx, { accountId }: Delivery): Promise<void> {
    const ticket = await this.tickets.lock(tx, accountId, event.ticketId);
    if (!ticket) return;
    const { now, fired } = await this.sla.fire(tx, ticket, Date.parse(event.at));
    const userIds = ticket.owner_id ? [ticket.owner_id] : [];
    for (const { event: what } of fired) {
      const topic = what === 'overdue' ? 'sla_overdue' : 'sla_due_soon';
      await this.notices.tell(tx, ticket, { topic, reason: 'owner', userIds, messageId: null });
    }
    const update: TicketUpdate = {};
    for (const { terms } of fired.filter(({ event: what }) => what === 'overdue')) {
      const { priority, teamId, ownerId } = terms.onOverdue ?? {};
      if (priority) update.priority = priority;
      if (teamId) update.team_id = teamId;
      if (ownerId) update.owner_id = ownerId;
    }
    if (Object.keys(update).length === 0) return;
    // Its next timer is another one by now.
    const current = await this.tickets.lock(tx, accountId, ticket.id);
    if (current) await this.changes.apply(tx, current, update, ACTOR, 'sla', new Date(now));
  }

  @OnEvent(ApplySlaPolicies)
  async onApplySlaPolicies(event: ApplySlaPolicies, tx: Tx, { accountId }: Delivery): Promise<void> {
    await this.application.next(tx, accountId, event);
  }
}
