import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { HistoryItem, PatchTicketArgs, TicketAction, TicketGrant, TicketView } from '@helpdesk/contracts';
import { Database, forbidden, invalidField, isUuid, notFound, Problem, type Tx } from '@helpdesk/platform';
import { PipelinesService, refuseGoneStage } from '../pipelines/pipelines.service.js';
import { TicketChanges } from './ticket-changes.js';
import { toView } from './ticket.mapper.js';
import { TicketRepository, type StoredTicket, type TicketUpdate } from './ticket.repository.js';
import { moveProblem } from './ticket.rules.js';

@Injectable()
export class TicketsService {
  constructor(
    private readonly database: Database,
    private readonly repository: TicketRepository,
    private readonly pipelines: PipelinesService,
    private readonly changes: TicketChanges,
  ) {}

  async get(scope: TicketScope, id: string): Promise<TicketView> {
    return this.view(scope, await this.mayDo(scope, id, 'view'));
  }

  /** The ticket as the API shows it to this person. */
  async view(scope: TicketScope, ticket: StoredTicket, tx?: Tx): Promise<TicketView> {
    const [links, associations] = await Promise.all([
      this.repository.links(scope, ticket.id, tx),
      this.repository.associations(tx ?? this.database.within(scope), ticket),
    ]);
    return toView(ticket, links, associations);
  }

  /**
   * Locks the ticket under the person's own sight, then works as the desk: the change may lead out of that sight. Refuses as {@link mayDo}.
   */
  change<T>(scope: TicketScope, id: string, action: TicketAction, work: (tx: Tx, ticket: StoredTicket) => Promise<T>): Promise<T> {
    return this.database.transaction(scope, async (tx) => {
      const ticket = await this.mayDo(scope, id, action, tx);
      tx.asDesk(scope.accountId);
      return work(tx, ticket);
    });
  }

  /** The answer to "may he?": a grant, 404 when he may not even see the ticket, 403 when he may see but not do it. */
  async authorize(scope: TicketScope, id: string, action: TicketAction, moveToStageId?: string): Promise<TicketGrant> {
    const ticket = await this.mayDo(scope, id, action);
    if (moveToStageId !== undefined) await this.checkMove(scope, ticket, moveToStageId, '/moveTo');
    const { number, name, pipeline_id, stage_id, owner_id, version } = ticket;
    return { ticketId: ticket.id, number, name, action, pipelineId: pipeline_id, stageId: stage_id, ownerId: owner_id, version };
  }

  async patch(scope: TicketScope, actorName: string, args: PatchTicketArgs): Promise<TicketView> {
    const changing = this.change(scope, args.id, 'edit', async (tx, ticket) => {
      if (args.ifVersion !== undefined && args.ifVersion !== ticket.version) {
        throw new Problem(412, 'stale', 'Changed meanwhile', `The ticket is at version ${ticket.version} by now.`);
      }
      if (args.stageId !== undefined) await this.checkMove(scope, ticket, args.stageId, '/stageId', tx);
      const name = args.name?.trim();
      if (name !== undefined && (name === '' || name.length > 255)) throw invalidField('/name', 'length', 'must have 1 to 255 characters');
      const { stageId: stage_id, ownerId: owner_id, teamId: team_id, priority, category } = args;
      const wanted: TicketUpdate = { name, stage_id, owner_id, team_id, priority, category };
      const update = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) as TicketUpdate;
      await this.changes.apply(tx, ticket, update, { type: 'user', id: scope.userId, name: actorName }, 'api', new Date());
      // What his own change has made of it he is told, even where it has led out of his sight.
      return this.view(scope, (await this.repository.lock(tx, scope.accountId, ticket.id)) ?? ticket, tx);
    });
    return changing.catch(refuseGoneStage);
  }

  async visible(scope: TicketScope, ids: string[]): Promise<string[]> {
    return this.repository.visible(scope, ids.filter(isUuid));
  }

  async history(scope: TicketScope, id: string): Promise<HistoryItem[]> {
    const ticket = await this.mayDo(scope, id, 'view');
    return this.repository.history(scope, ticket.id);
  }

  /** The ticket, locked in a transaction: 404 when the scope does not show it, 403 when it shows it but does not allow the action. */
  async mayDo(scope: TicketScope, id: string, action: TicketAction, tx?: Tx): Promise<StoredTicket> {
    const ticket = isUuid(id) ? await this.repository.inScope(scope, action, id, tx) : undefined;
    if (ticket) return ticket;
    if (action !== 'view' && isUuid(id) && (await this.repository.inScope(scope, 'view', id, tx))) {
      throw forbidden(`ticket_${action}_scope`, `Your rights do not allow you to ${action} this ticket.`);
    }
    throw notFound();
  }

  private async checkMove(scope: TicketScope, ticket: StoredTicket, stageId: string, pointer: string, tx?: Tx): Promise<void> {
    const pipeline = await this.pipelines.find(scope.accountId, ticket.pipeline_id, tx);
    const problem = pipeline
      ? moveProblem(pipeline, ticket.stage_id, stageId)
      : { code: 'wrong_stage', detail: 'is no status of the ticket’s pipeline' };
    if (problem && !(scope.isSuperAdmin && problem.code !== 'wrong_stage')) throw invalidField(pointer, problem.code, problem.detail);
  }
}
