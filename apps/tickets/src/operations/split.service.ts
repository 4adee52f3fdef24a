import { Injectable } from '@nestjs/common';
import type { MessageRethreaded, TicketSplit } from '@helpdesk/contracts';
import type { Tx } from '@helpdesk/platform';
import { PipelinesService } from '../pipelines/pipelines.service.js';
import { AssociationsRepository } from '../tickets/associations.repository.js';
import { TicketChanges } from '../tickets/ticket-changes.js';
import { TicketRepository, type StoredTicket } from '../tickets/ticket.repository.js';
import { OperationsRepository } from './operations.repository.js';

/** Tickets' part of what conversations has already done: messages that became a ticket of their own, or went to another. */
@Injectable()
export class SplitService {
  constructor(
    private readonly repository: TicketRepository,
    private readonly associations: AssociationsRepository,
    private readonly pipelines: PipelinesService,
    private readonly changes: TicketChanges,
    private readonly operations: OperationsRepository,
  ) {}

  /** A ticket like the one the messages were on, owned by whoever split it (D-61). */
  async begin(tx: Tx, accountId: string, event: TicketSplit): Promise<void> {
    const source = await this.repository.lockSurvivor(tx, accountId, event.sourceId);
    if (!source) throw new Error('the ticket that was split is not there yet');
    const stageId = await this.openStage(tx, source);
    if (!(await this.insert(tx, source, event, stageId))) return;
    const { contactIds, companyIds } = await this.associations.ofTicket(tx, source);
    await this.associations.associate(tx, accountId, event.ticketId, contactIds, companyIds);
    await this.associations.link(tx, accountId, event.ticketId, 'related', source.id);
    const actor = { type: 'user' as const, id: event.by.userId, name: event.by.name };
    const at = new Date();
    const ticket = { id: event.ticketId, account_id: accountId };
    await this.repository.record(tx, ticket, 1, at, actor, 'split', [{ field: 'splitFrom', old: null, new: source.id }]);
    await this.repository.record(tx, source, source.version, at, actor, 'split', [{ field: 'splitInto', old: null, new: event.ticketId }]);
    const made = await this.repository.lock(tx, accountId, event.ticketId);
    if (made) await this.changes.begun(tx, made);
    await this.operations.insert(tx, accountId, { id: event.operationId, kind: 'split', ticketId: event.ticketId, by: event.by });
    const changed = { sourceId: source.id };
    await this.operations.insertDone(tx, accountId, event.operationId, [{ ticketId: event.ticketId, changed }]);
  }

  /** Only remembered: what changed about the two threads is told by itself. */
  async rethreaded(tx: Tx, accountId: string, { ticketId, sourceId, operationId, by }: MessageRethreaded): Promise<void> {
    if (!(await this.operations.insert(tx, accountId, { id: operationId, kind: 'rethread', ticketId, by }))) return;
    await this.operations.insertDone(tx, accountId, operationId, [{ ticketId, changed: { sourceId } }]);
  }

  /** The source's own status, or the first open one where that is closed. */
  private async openStage(tx: Tx, source: StoredTicket): Promise<string> {
    if (!source.closed_at) return source.stage_id;
    const pipeline = await this.pipelines.find(source.account_id, source.pipeline_id, tx);
    return pipeline?.stages.find(({ category }) => category !== 'closed')?.id ?? source.stage_id;
  }

  /** False when it is there already. */
  private async insert(tx: Tx, source: StoredTicket, event: TicketSplit, stageId: string): Promise<boolean> {
    const rows = await tx.query(
      `WITH n AS (
         UPDATE tickets.account_counter SET last_number = last_number + 1
         WHERE account_id = $1 AND NOT EXISTS (SELECT 1 FROM tickets.ticket WHERE account_id = $1 AND id = $2) RETURNING last_number
       )
       INSERT INTO tickets.ticket (account_id, id, number, name, pipeline_id, stage_id, owner_id, team_id, priority, category, properties, source,
         contact_id, contact_name, company_id, created_at, last_activity_at)
       SELECT $1, $2, n.last_number, coalesce($4, s.name), s.pipeline_id, $5, $6, s.team_id, s.priority, s.category, s.properties, s.source,
         s.contact_id, s.contact_name, s.company_id, $7, now() FROM n, tickets.ticket s WHERE s.account_id = $1 AND s.id = $3 RETURNING 1`,
      [source.account_id, event.ticketId, source.id, event.name, stageId, event.by.userId, event.at],
    );
    return rows.length > 0;
  }
}
