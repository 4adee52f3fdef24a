import { Injectable } from '@nestjs/common';
import { scopeToSql, type TicketScope } from '@helpdesk/access';
import type { SlaPolicyFields, SlaPreview } from '@helpdesk/contracts';
import { Database, invalidField, newId } from '@helpdesk/platform';
import type { StoredTicket } from '../tickets/ticket.repository.js';
import { PolicySettingsService } from './policy-settings.service.js';
import { readTerms, SlaPoliciesService } from './policies.service.js';
import { inOrder, matchOf, termsOf } from './policy.rules.js';
import { SlaRepository } from './sla.repository.js';
import { SlaService } from './sla.service.js';
import { shownState } from './sla.rules.js';

const BATCH = 1_000;

/** What a policy would do if it were saved for open tickets too (I-11). Nothing is changed. */
@Injectable()
export class SlaPreviewService {
  constructor(
    private readonly database: Database,
    private readonly repository: SlaRepository,
    private readonly policies: SlaPoliciesService,
    private readonly settings: PolicySettingsService,
    private readonly sla: SlaService,
  ) {}

  /** Of the tickets that he sees: a count must not tell of others. `id`: in the place of that policy. */
  async preview(scope: TicketScope, given: SlaPolicyFields & { id?: string }): Promise<SlaPreview> {
    const { accountId } = scope;
    const known = await this.policies.load(accountId);
    if (given.id !== undefined && !known.some((policy) => policy.id === given.id)) throw invalidField('/id', 'unknown', 'is no policy');
    const id = given.id ?? newId();
    const { plan, hours } = await this.settings.planned(accountId, known, { ...given, id });
    const policies = inOrder(known, { ...plan, termsId: id });
    const terms = readTerms(newId(), id, termsOf(plan, hours));
    const found: SlaPreview = { open: 0, wouldBeOverdue: 0, wouldBeDueSoon: 0 };
    let after: string | undefined;
    do {
      const from = after;
      after = await this.database.transaction(scope, async (tx) => {
        const values: unknown[] = [from ?? null];
        const seen = scopeToSql(scope, 'view', 't', (value) => `$${values.push(value)}`);
        const tickets = await tx.query<StoredTicket>(
          `SELECT t.* FROM tickets.ticket t WHERE t.closed_at IS NULL AND t.deleted_at IS NULL AND ($1::uuid IS NULL OR t.id > $1) AND ${seen}
           ORDER BY t.id LIMIT ${BATCH}`,
          values,
        );
        // What hangs on tickets that he sees, without asking of each row again whether he does.
        tx.asDesk(accountId);
        const now = await this.repository.now(tx);
        const concerned = tickets.filter((ticket) => matchOf(policies, ticket)?.id === id);
        for (const { ticket, ledger } of await this.sla.openAll(tx, accountId, concerned, now)) {
          ledger.happen({ at: now, place: { stageId: ticket.stage_id, isClosed: false, isDeleted: false }, terms });
          const states = [...ledger.clocks.values()].map((state) => shownState(state, now));
          found.open += 1;
          if (states.includes('overdue')) found.wouldBeOverdue += 1;
          else if (states.includes('due_soon')) found.wouldBeDueSoon += 1;
        }
        return tickets[BATCH - 1]?.id;
      });
    } while (after !== undefined);
    return found;
  }
}
