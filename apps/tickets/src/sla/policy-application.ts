import { Injectable } from '@nestjs/common';
import { ApplySlaPolicies } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import type { StoredTicket } from '../tickets/ticket.repository.js';
import { POLICY_TTL_MS, SlaPoliciesService } from './policies.service.js';
import { SlaRepository } from './sla.repository.js';
import { SlaService } from './sla.service.js';

/** Tickets brought under changed policies in one transaction, so that nobody waits long for a locked one. */
const BATCH = 50;

/** Changed policies that are to hold for open tickets too: done behind the answer, a batch after the other. */
@Injectable()
export class PolicyApplication {
  constructor(
    private readonly repository: SlaRepository,
    private readonly policies: SlaPoliciesService,
    private readonly sla: SlaService,
    private readonly bus: MessageBus,
  ) {}

  /** Starts when no process goes by the old policies any more: else a ticket made meanwhile would stay under them. */
  async begin(tx: Tx, accountId: string, policyIds: string[]): Promise<void> {
    const dueAt = new Date((await this.repository.now(tx)) + 2 * POLICY_TTL_MS);
    await this.bus.publish(tx, accountId, new ApplySlaPolicies({ accountId, policyIds, afterTicketId: null }), { dueAt });
  }

  async next(tx: Tx, accountId: string, { policyIds, afterTicketId }: ApplySlaPolicies): Promise<void> {
    const tickets = await tx.query<StoredTicket>(
      `SELECT * FROM tickets.ticket WHERE account_id = $1 AND closed_at IS NULL AND deleted_at IS NULL AND ($2::uuid IS NULL OR id > $2)
       ORDER BY id LIMIT ${BATCH} FOR UPDATE`,
      [accountId, afterTicketId],
    );
    await this.sla.apply(tx, tickets, await this.policies.load(accountId, tx), policyIds);
    const last = tickets[BATCH - 1];
    if (last) await this.bus.publish(tx, accountId, new ApplySlaPolicies({ accountId, policyIds, afterTicketId: last.id }));
  }
}
