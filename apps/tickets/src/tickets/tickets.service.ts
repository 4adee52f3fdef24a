import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { HistoryItem, PatchTicketArgs, PropertyView, TicketAction, TicketGrant, TicketView } from '@helpdesk/contracts';
import { Database, forbidden, invalid, invalidField, isUuid, notFound, Problem, type FieldProblem, type Tx } from '@helpdesk/platform';
import { PropertiesService } from '../properties/properties.service.js';
import { missingFields, requiring, type FormValues } from '../properties/create-form.rules.js';
import { categoryProblems, isEmpty, storedValues, valueProblems } from '../properties/property.rules.js';
import { PipelinesService, refuseGoneStage } from '../pipelines/pipelines.service.js';
import { AssociationsRepository } from './associations.repository.js';
import { AssociationsService } from './associations.service.js';
import { TicketChanges } from './ticket-changes.js';
import { toView } from './ticket.mapper.js';
import { TicketRepository, userNamed, type StoredTicket, type TicketUpdate } from './ticket.repository.js';
import { moveProblem, type Place } from './ticket.rules.js';

@Injectable()
export class TicketsService {
  constructor(
    private readonly database: Database,
    private readonly repository: TicketRepository,
    private readonly associations: AssociationsRepository,
    private readonly belonging: AssociationsService,
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
      this.associations.links(scope, ticket.id, tx),
      this.associations.ofTicket(tx ?? this.database.within(scope), ticket),
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
      const to = { pipelineId: ticket.pipeline_id, stageId: moveToStageId };
      await this.checkMove(scope, ticket, to, '/moveTo');
      const [lack] = await this.lacksFor(ticket, to, valuesOf(ticket));
      if (lack) throw invalidField('/moveTo', 'required_property', `needs ${lack.pointer} first`);
    }
    const { number, name, pipeline_id, stage_id, owner_id, version } = ticket;
    return { ticketId: ticket.id, number, name, action, pipelineId: pipeline_id, stageId: stage_id, ownerId: owner_id, version };
  }

  async patch(scope: TicketScope, actorName: string, args: PatchTicketArgs): Promise<TicketView> {
    const changing = this.change(scope, args.id, 'edit', async (tx, ticket) => {
      const fields = await this.checked(tx, scope, ticket, args);
      const { update, lines } = await this.belonging.change(tx, scope, ticket, args);
      await this.changes.apply(tx, ticket, { ...fields, ...update }, userNamed(scope, actorName), 'api', new Date(), { more: lines });
      // What his own change has made of it he is told, even where it has led out of his sight.
      return this.view(scope, (await this.repository.lock(tx, scope.accountId, ticket.id)) ?? ticket, tx);
    });
    return changing.catch(refuseGoneStage);
  }

  /** What a person's wish makes of the ticket; throws 412 or 422 where it may not. */
  async checked(tx: Tx, scope: TicketScope, ticket: StoredTicket, args: Omit<PatchTicketArgs, 'id'>): Promise<TicketUpdate> {
    if (args.ifVersion !== undefined && args.ifVersion !== ticket.version) {
      throw new Problem(412, 'stale', 'Changed meanwhile', `The ticket is at version ${ticket.version} by now.`);
    }
    const { pipelineId: pipeline_id } = args;
    const to = { pipelineId: pipeline_id ?? ticket.pipeline_id, stageId: args.stageId ?? ticket.stage_id };
    if (pipeline_id !== undefined || args.stageId !== undefined) await this.checkMove(scope, ticket, to, '/stageId', tx);
    const name = args.name?.trim();
    if (name !== undefined && (name === '' || name.length > 255)) throw invalidField('/name', 'length', 'must have 1 to 255 characters');
    const { stageId: stage_id, ownerId: owner_id, teamId: team_id, priority, category } = args;
    const properties = await this.propertiesAfter(tx, ticket, args);
    return withoutAbsent({ name, pipeline_id, stage_id, owner_id, team_id, priority, category, properties });
  }

  /** Would the update put it into a status that is not there any more? */
  async isStageGone(tx: Tx, ticket: StoredTicket, update: TicketUpdate): Promise<boolean> {
    if (update.stage_id === undefined) return false;
    const pipeline = await this.pipelines.find(ticket.account_id, update.pipeline_id ?? ticket.pipeline_id, tx);
    return !pipeline?.stages.some(({ id }) => id === update.stage_id);
  }

  async visible(scope: TicketScope, ids: string[]): Promise<string[]> {
    return this.repository.visible(scope, ids.filter(isUuid));
  }

  async history(scope: TicketScope, id: string): Promise<HistoryItem[]> {
    const ticket = await this.mayDo(scope, id, 'view');
    return this.repository.history(scope, ticket.id);
  }

  /** The ticket, or the one that it was merged into, locked in a transaction: 404 when the scope does not show it, 403 when it shows it but does not allow the action. */
  async mayDo(scope: TicketScope, id: string, action: TicketAction, tx?: Tx): Promise<StoredTicket> {
    const ticket = isUuid(id) ? await this.repository.inScope(scope, action, id, tx) : undefined;
    if (ticket) return ticket;
    const survivorId = isUuid(id) ? await this.repository.survivorOf(scope, id, tx) : undefined;
    if (survivorId) return this.mayDo(scope, survivorId, action, tx);
    if (action !== 'view' && isUuid(id) && (await this.repository.inScope(scope, 'view', id, tx))) {
      throw forbidden(`ticket_${action}_scope`, `Your rights do not allow you to ${action} this ticket.`);
    }
    throw notFound();
  }

  /** The custom properties as the patch makes them, checked together with what the status asks for (D-54). */
  private async propertiesAfter(tx: Tx, ticket: StoredTicket, args: Omit<PatchTicketArgs, 'id'>): Promise<TicketUpdate['properties']> {
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
    if (stageId !== undefined) problems.push(...(await this.lacksFor(ticket, { pipelineId: after.pipelineId, stageId }, after, tx)));
    if (problems.length > 0) throw invalid(problems);
    return given && storedValues(after.properties);
  }

  /** What a status that the ticket is not in yet requires and `values` leave empty. */
  private async lacksFor(ticket: StoredTicket, { pipelineId, stageId }: Place, values: FormValues, tx?: Tx): Promise<FieldProblem[]> {
    if (stageId === ticket.stage_id) return [];
    const pipeline = await this.pipelines.find(ticket.account_id, pipelineId, tx);
    const stage = pipeline?.stages.find(({ id }) => id === stageId);
    return missingFields(requiring(stage?.requiredProperties ?? []), values);
  }

  /** Order within a pipeline is asked for only there: into another one a ticket may come anywhere (D-53, D-64). */
  private async checkMove(
    scope: TicketScope,
    ticket: StoredTicket,
    { pipelineId, stageId }: Place,
    pointer: string,
    tx?: Tx,
  ): Promise<void> {
    const pipeline = await this.pipelines.find(scope.accountId, pipelineId, tx);
    if (!pipeline) throw invalidField('/pipelineId', 'unknown', 'is no pipeline');
    const from = pipelineId === ticket.pipeline_id ? ticket.stage_id : stageId;
    const problem = moveProblem(pipeline, from, stageId);
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
