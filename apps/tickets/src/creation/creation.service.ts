import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import { ActivitiesAttached, type CreateTicketArgs, type PipelineView, type TicketView } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { Database, invalid, notFound, type FieldProblem } from '@helpdesk/platform';
import { MergedRecordsService } from '../associations/merged-records.service.js';
import { CreateFormService } from '../properties/create-form.service.js';
import { missingFields, requiring } from '../properties/create-form.rules.js';
import { categoryProblems, valueProblems } from '../properties/property.rules.js';
import { refuseGoneStage } from '../pipelines/pipelines.service.js';
import { TicketChanges } from '../tickets/ticket-changes.js';
import { TicketRepository, userNamed } from '../tickets/ticket.repository.js';
import { TicketsService } from '../tickets/tickets.service.js';
import { CreationRepository } from './creation.repository.js';

/** Tickets made by hand. No conversation begins and nothing is sent (S-24). */
@Injectable()
export class CreationService {
  constructor(
    private readonly database: Database,
    private readonly repository: TicketRepository,
    private readonly creation: CreationRepository,
    private readonly tickets: TicketsService,
    private readonly form: CreateFormService,
    private readonly changes: TicketChanges,
    private readonly records: MergedRecordsService,
    private readonly bus: MessageBus,
  ) {}

  /**
   * The maker is told what he made even where his scope does not cover it. Repeating it with the same id gives the ticket as it is by then,
   * if he may see it.
   */
  async create(scope: TicketScope, actorName: string, args: CreateTicketArgs): Promise<TicketView> {
    const { accountId } = scope;
    const { form, properties: known, pipelines } = await this.form.load(accountId);
    const problems = checkPlace(pipelines, args, scope.isSuperAdmin);
    const name = args.name.trim();
    if (name === '') problems.unshift({ pointer: '/name', code: 'required', detail: 'must have 1 to 255 characters' });
    const stage = pipelines.flatMap(({ stages }) => stages).find(({ id }) => id === args.stageId);
    const fields = [...form.fields, ...requiring(stage?.requiredProperties ?? []).fields];
    const { contacts, properties, ...own } = args;
    const given = { ...own, properties, contactIds: contacts };
    problems.push(...categoryProblems(args.category), ...valueProblems(properties, known), ...missingFields({ ...form, fields }, given));
    if (problems.length > 0) throw invalid(problems);
    const making = this.database.transaction(accountId, async (tx) => {
      const at = new Date();
      const isNew = await this.creation.insert(tx, accountId, { ...args, name }, at);
      if (isNew) await this.records.follow(tx, accountId, args.id);
      const ticket = isNew ? await this.repository.lock(tx, accountId, args.id) : await this.repository.inScope(scope, 'view', args.id, tx);
      if (!ticket) throw notFound();
      if (isNew) {
        await this.repository.record(tx, ticket, 1, at, userNamed(scope, actorName), args.source, [
          { field: 'name', old: null, new: name },
        ]);
        await this.changes.begun(tx, ticket);
        if (args.activityIds?.length) {
          const by = { actorUserId: scope.userId, actorName, at: at.toISOString() };
          await this.bus.publish(tx, accountId, new ActivitiesAttached({ ticketId: ticket.id, messageIds: args.activityIds, ...by }));
        }
      }
      return this.tickets.view(scope, ticket, tx);
    });
    return making.catch(refuseGoneStage);
  }
}

/** S-19, S-20, D-53: an existing pipeline, one of its statuses, and one in which tickets may begin. */
function checkPlace(pipelines: PipelineView[], args: CreateTicketArgs, isSuperAdmin: boolean): FieldProblem[] {
  const pipeline = pipelines.find(({ id }) => id === args.pipelineId);
  if (!pipeline) return [{ pointer: '/pipelineId', code: 'unknown', detail: 'is no pipeline' }];
  if (!pipeline.stages.some(({ id }) => id === args.stageId))
    return [{ pointer: '/stageId', code: 'wrong_stage', detail: 'is no status of this pipeline' }];
  const allowed = pipeline.rules.creationStageIds;
  if (!isSuperAdmin && allowed?.length && !allowed.includes(args.stageId))
    return [{ pointer: '/stageId', code: 'no_creation_stage', detail: 'tickets of this pipeline do not begin here' }];
  return [];
}
