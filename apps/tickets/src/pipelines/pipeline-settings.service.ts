import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { PipelineFields, PipelineView } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { conflict, Database, invalid, invalidField, isForeignKeyViolation, newId, notFound, type Tx } from '@helpdesk/platform';
import { PropertiesService } from '../properties/properties.service.js';
import { TicketChanges } from '../tickets/ticket-changes.js';
import { userNamed, type StoredTicket } from '../tickets/ticket.repository.js';
import { pipelineProblems, planPipeline, type PipelinePlan } from './pipeline.rules.js';
import { PipelinesService } from './pipelines.service.js';
import { aloneInSettings } from '../settings.js';

/** Tickets moved in one transaction, so that nobody waits long for a locked one. */
const BATCH = 100;
const MAX_PIPELINES = 100;

/** Pipelines as administrators change them (D-52 to D-56). No ticket is ever without a status: those of one that goes are moved first. */
@Injectable()
export class PipelineSettingsService {
  constructor(
    private readonly database: Database,
    private readonly pipelines: PipelinesService,
    private readonly properties: PropertiesService,
    private readonly changes: TicketChanges,
    private readonly bus: MessageBus,
  ) {}

  /** Repeating it with the same id changes nothing. */
  async create(scope: TicketScope, actorName: string, { id, ...given }: PipelineFields & { id: string }): Promise<PipelineView> {
    return this.alone(scope.accountId, async (tx, known) => {
      const repeated = known.find((pipeline) => pipeline.id === id);
      if (repeated) return repeated;
      if (known.length >= MAX_PIPELINES) throw conflict('too_many_pipelines', `There are ${MAX_PIPELINES} pipelines already.`);
      return this.save(tx, scope, actorName, known, id, given);
    });
  }

  /** Tickets of stages that go are moved to `moveToStageId`, a batch at a time: repeating a call that was cut off goes on where it was. */
  async change(
    scope: TicketScope,
    actorName: string,
    { id, moveToStageId, ...given }: PipelineFields & { id: string; moveToStageId?: string },
  ): Promise<PipelineView> {
    const { accountId } = scope;
    const known = await this.pipelines.load(accountId);
    const old = known.find((pipeline) => pipeline.id === id);
    if (!old) throw notFound();
    // A change that would be refused moves nothing.
    const { plan } = await this.planned(accountId, known, id, given);
    const gone = old.stages.filter((stage) => !plan.stages.some((kept) => kept.id === stage.id)).map((stage) => stage.id);
    await this.empty(scope, actorName, known, gone, moveToStageId, 'stage_in_use');
    return this.alone(accountId, async (tx, now) => {
      if (!now.some((pipeline) => pipeline.id === id)) throw notFound();
      return this.save(tx, scope, actorName, now, id, given);
    }).catch(refuseInUse('stage_in_use'));
  }

  async delete(scope: TicketScope, actorName: string, id: string, moveToStageId?: string): Promise<void> {
    const { accountId } = scope;
    const all = await this.pipelines.load(accountId);
    const { stages } = deletable(all, id);
    await this.empty(
      scope,
      actorName,
      all,
      stages.map((stage) => stage.id),
      moveToStageId,
      'pipeline_in_use',
    );
    await this.alone(accountId, async (tx, known) => {
      const pipeline = deletable(known, id);
      await tx.query('DELETE FROM tickets.stage WHERE account_id = $1 AND pipeline_id = $2', [accountId, id]);
      await tx.query('DELETE FROM tickets.pipeline WHERE account_id = $1 AND id = $2', [accountId, id]);
      const by = { userId: scope.userId, name: actorName };
      await this.bus.audit(tx, accountId, by, { action: 'pipeline.deleted', subject: `pipeline/${id}`, old: pipeline });
    }).catch(refuseInUse('pipeline_in_use'));
  }

  /** One change of the account's pipelines after the other, each on what the one before has left. */
  private alone<T>(accountId: string, work: (tx: Tx, known: PipelineView[]) => Promise<T>): Promise<T> {
    return this.database.transaction(accountId, async (tx) => {
      await aloneInSettings(tx, accountId);
      tx.onCommit(() => this.pipelines.forget(accountId));
      return work(tx, await this.pipelines.load(accountId, tx));
    });
  }

  /** Throws 422 for what makes no sense, 409 for a status that holds tickets and is to be closed, or open again. */
  private async planned(accountId: string, known: PipelineView[], id: string, given: PipelineFields, tx?: Tx) {
    const old = known.find((pipeline) => pipeline.id === id);
    const plan = planPipeline(old, given, newId);
    const properties = await this.properties.list(accountId, tx);
    const problems = pipelineProblems(
      plan,
      properties.map(({ name }) => name),
    );
    problems.push(...foreignStages(plan, known, id));
    if (old?.isDefault && !plan.isDefault)
      problems.push({ pointer: '/isDefault', code: 'needs_default', detail: 'make another pipeline the default one' });
    if (problems.length > 0) throw invalid(problems);
    const turned = plan.stages.filter(({ id: stageId, category }) => {
      const before = old?.stages.find((stage) => stage.id === stageId);
      return before && (before.category === 'closed') !== (category === 'closed');
    });
    if (
      turned.length > 0 &&
      (await this.holdTickets(
        accountId,
        turned.map((stage) => stage.id),
        tx,
      ))
    )
      throw conflict('stage_in_use', 'Tickets are in a status that would be closed, or open again: move them first.');
    return { old, plan };
  }

  private async holdTickets(accountId: string, stageIds: string[], tx?: Tx): Promise<boolean> {
    const sql = 'SELECT 1 FROM tickets.ticket WHERE account_id = $1 AND stage_id = ANY ($2::uuid[]) LIMIT 1';
    return (await (tx ?? this.database.within(accountId)).queryOne(sql, [accountId, stageIds])) !== undefined;
  }

  private async save(
    tx: Tx,
    { accountId, userId }: TicketScope,
    actorName: string,
    known: PipelineView[],
    id: string,
    given: PipelineFields,
  ): Promise<PipelineView> {
    const { old, plan } = await this.planned(accountId, known, id, given, tx);
    await this.pipelines.store(tx, accountId, id, plan);
    const saved = (await this.pipelines.load(accountId, tx)).find((pipeline) => pipeline.id === id);
    if (!saved) throw notFound();
    const action = old ? 'pipeline.changed' : 'pipeline.created';
    await this.bus.audit(tx, accountId, { userId, name: actorName }, { action, subject: `pipeline/${id}`, old, new: saved });
    return saved;
  }

  /** Refuses with 409 `code` when there are tickets, in the trash as well, and nowhere to go. */
  private async empty(
    scope: TicketScope,
    actorName: string,
    known: PipelineView[],
    stageIds: string[],
    targetId: string | undefined,
    code: string,
  ): Promise<void> {
    const { accountId } = scope;
    if (stageIds.length === 0) return;
    const target = known.find(({ stages }) => stages.some((stage) => stage.id === targetId));
    if (targetId !== undefined && (!target || stageIds.includes(targetId)))
      throw invalidField('/moveToStageId', 'wrong_stage', 'is no status that stays');
    const actor = userNamed(scope, actorName);
    // What another replica has just changed counts here too.
    this.pipelines.forget(accountId);
    for (;;) {
      const moving = this.database.transaction(accountId, async (tx) => {
        const tickets = await tx.query<StoredTicket>(
          `SELECT * FROM tickets.ticket WHERE account_id = $1 AND stage_id = ANY ($2::uuid[]) ORDER BY id LIMIT ${BATCH} FOR UPDATE`,
          [accountId, stageIds],
        );
        if (tickets.length > 0 && !target) throw conflict(code, 'Tickets are there: say where to move them.');
        const place = { pipeline_id: target?.id, stage_id: targetId };
        for (const ticket of tickets) await this.changes.apply(tx, ticket, place, actor, 'settings', new Date());
        return tickets.length;
      });
      if ((await moving.catch(refuseInUse(code))) < BATCH) return;
    }
  }
}

function deletable(known: PipelineView[], id: string): PipelineView {
  const pipeline = known.find((one) => one.id === id);
  if (!pipeline) throw notFound();
  if (pipeline.isDefault) throw conflict('default_pipeline', 'Make another pipeline the default one first.');
  return pipeline;
}

/** An id of a status that another pipeline of the account has. */
const foreignStages = ({ stages }: PipelinePlan, known: PipelineView[], id: string) =>
  stages.flatMap((stage, i) =>
    known.some((other) => other.id !== id && other.stages.some((theirs) => theirs.id === stage.id))
      ? [{ pointer: `/stages/${i}/id`, code: 'taken', detail: 'is a status of another pipeline' }]
      : [],
  );

/** A ticket came into the status meanwhile, or the one that they go to was deleted. */
const refuseInUse =
  (code: string) =>
  (error: unknown): never => {
    throw isForeignKeyViolation(error) ? conflict(code, 'Something changed meanwhile: repeat it.') : error;
  };
