import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { HistoryItem, PatchTicketArgs, PropertyView, TicketAction, TicketGrant, TicketView } from '@helpdesk/contracts';
import { Database, forbidden, invalid, invalidField, isUuid, notFound, Problem, type FieldProblem, type Tx } from '@helpdesk/platform';
import { PropertiesService } from '../properties/properties.service.js';
import { missingFields, requiring, type FormValues } from '../properties/create-form.rules.js';
import { categoryProblems, isEmpty, storedValues, valueProblems } from '../properties/property.rules.js';
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
    private readonly properties: PropertiesService,
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
    if (moveToStageId !== undefined) {
      await this.checkMove(scope, ticket, moveToStageId, '/moveTo');
      const [lack] = await this.lacksFor(ticket, moveToStageId, valuesOf(ticket));
      if (lack) throw invalidField('/moveTo', 'required_property', `needs ${lack.pointer} first`);
    }
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
      const properties = await this.propertiesAfter(tx, ticket, args);
      const wanted: TicketUpdate = { name, stage_id, owner_id, team_id, priority, category, properties };
      await this.changes.apply(tx, ticket, withoutAbsent(wanted), { type: 'user', id: scope.userId, name: actorName }, 'api', new Date());
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

  /** The custom properties as the patch makes them, checked together with what the status asks for (D-54). */
  private async propertiesAfter(tx: Tx, ticket: StoredTicket, args: PatchTicketArgs): Promise<TicketUpdate['properties']> {
    const { category, properties: given, stageId, ...own } = args;
    const after = { ...valuesOf(ticket), ...withoutAbsent({ ...own, category }), properties: { ...ticket.properties, ...given } };
    const problems = categoryProblems(category);
    if (given) {
      const known = await this.properties.list(ticket.account_id, tx);
      // What is required is not taken away, but a ticket that came without it is not held up.
      const isCleared = ({ name, required }: PropertyView) => required && Object.hasOwn(given, name) && isEmpty(given[name]);
      const cleared = known.filter(isCleared).map(({ name }) => name);
      problems.push(...valueProblems(given, known), ...missingFields(requiring(cleared), after));
    }
    if (stageId !== undefined) problems.push(...(await this.lacksFor(ticket, stageId, after, tx)));
    if (problems.length > 0) throw invalid(problems);
    return given && storedValues(after.properties);
  }

  /** What a status that the ticket is not in yet requires and `values` leave empty. */
  private async lacksFor(ticket: StoredTicket, stageId: string, values: FormValues, tx?: Tx): Promise<FieldProblem[]> {
    if (stageId === ticket.stage_id) return [];
    const pipeline = await this.pipelines.find(ticket.account_id, ticket.pipeline_id, tx);
    const stage = pipeline?.stages.find(({ id }) => id === stageId);
    return missingFields(requiring(stage?.requiredProperties ?? []), values);
  }

  private async checkMove(scope: TicketScope, ticket: StoredTicket, stageId: string, pointer: string, tx?: Tx): Promise<void> {
    const pipeline = await this.pipelines.find(scope.accountId, ticket.pipeline_id, tx);
    const problem = pipeline
      ? moveProblem(pipeline, ticket.stage_id, stageId)
      : { code: 'wrong_stage', detail: 'is no status of the ticket’s pipeline' };
    if (problem && !(scope.isSuperAdmin && problem.code !== 'wrong_stage')) throw invalidField(pointer, problem.code, problem.detail);
  }
}

const withoutAbsent = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

const valuesOf = (ticket: StoredTicket): FormValues => ({
  pipelineId: ticket.pipeline_id,
  ownerId: ticket.owner_id,
  teamId: ticket.team_id,
  priority: ticket.priority,
  category: ticket.category,
  properties: ticket.properties,
});
