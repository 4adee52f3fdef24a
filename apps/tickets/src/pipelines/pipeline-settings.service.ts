import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { PipelineFields, PipelineView } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { conflict, Database, invalid, invalidField, isForeignKeyViolation, newId, notFound, type Tx } from '@helpdesk/platform';
import { TicketChanges } from '../tickets/ticket-changes.js';
import type { ActivityActor, StoredTicket } from '../tickets/ticket.repository.js';
import { pipelineProblems, planPipeline, type PipelinePlan } from './pipeline.rules.js';
import { PipelinesService } from './pipelines.service.js';

/** Tickets moved in one transaction, so that nobody waits long for a locked one. */
const BATCH = 100;
const MAX_PIPELINES = 100;

/** Pipelines as administrators change them (D-52 to D-56). No ticket is ever without a status: those of one that goes are moved first. */
@Injectable()
export class PipelineSettingsService {
  constructor(
    private readonly database: Database,
    private readonly pipelines: PipelinesService,
    private readonly changes: TicketChanges,
    private readonly bus: MessageBus,
  ) {}

  async create(scope: TicketScope, actorName: string, { id, ...given }: PipelineFields & { id: string }): Promise<PipelineView> {
    return this.save(scope, actorName, id, given, 'pipeline.created', (known) => {
      const repeated = known.find((pipeline) => pipeline.id === id);
      if (repeated) return { old: repeated, plan: repeated };
      if (known.length >= MAX_PIPELINES) throw conflict('too_many_pipelines', `There are ${MAX_PIPELINES} pipelines already.`);
      return { old: undefined, plan: planPipeline(undefined, given, newId) };
    });
  }

  /** Tickets of stages that go are moved to `moveToStageId`, a batch at a time: repeating a call that was cut off goes on where it was. */
  async change(
    scope: TicketScope,
    actorName: string,
    { id, moveToStageId, ...given }: PipelineFields & { id: string; moveToStageId?: string },
  ): Promise<PipelineView> {
    const old = await this.existing(scope.accountId, id);
    if (given.isDefault === false && old.isDefault)
      throw invalidField('/isDefault', 'needs_default', 'make another pipeline the default one');
    const { stages } = planPipeline(old, given, newId);
    const gone = old.stages.filter((stage) => !stages.some((kept) => kept.id === stage.id));
    await this.empty(
      scope,
      actorName,
      gone.map((stage) => stage.id),
      moveToStageId,
      'stage_in_use',
    );
    return this.save(scope, actorName, id, given, 'pipeline.changed', (known) => {
      const now = known.find((pipeline) => pipeline.id === id);
      if (!now) throw notFound();
      return { old: now, plan: planPipeline(now, given, newId) };
    });
  }

  async delete(scope: TicketScope, actorName: string, id: string, moveToStageId?: string): Promise<void> {
    const { accountId } = scope;
    const pipeline = await this.existing(accountId, id);
    if (pipeline.isDefault) throw conflict('default_pipeline', 'Make another pipeline the default one first.');
    await this.empty(
      scope,
      actorName,
      pipeline.stages.map((stage) => stage.id),
      moveToStageId,
      'pipeline_in_use',
    );
    await this.database
      .transaction(accountId, async (tx) => {
        await tx.query('DELETE FROM tickets.stage WHERE account_id = $1 AND pipeline_id = $2', [accountId, id]);
        await tx.query('DELETE FROM tickets.pipeline WHERE account_id = $1 AND id = $2', [accountId, id]);
        const by = { userId: scope.userId, name: actorName };
        await this.bus.audit(tx, accountId, by, { action: 'pipeline.deleted', subject: `pipeline/${id}`, old: pipeline });
        tx.onCommit(() => this.pipelines.forget(accountId));
      })
      .catch(refuseInUse('pipeline_in_use'));
  }

  /** One change of the account's pipelines after the other. */
  private save(
    { accountId, userId }: TicketScope,
    actorName: string,
    id: string,
    given: PipelineFields,
    action: string,
    decide: (known: PipelineView[]) => { old: PipelineView | undefined; plan: PipelinePlan },
  ): Promise<PipelineView> {
    return this.database
      .transaction(accountId, async (tx) => {
        await tx.query('SELECT 1 FROM tickets.account_counter WHERE account_id = $1 FOR NO KEY UPDATE', [accountId]);
        const known = await this.pipelines.load(accountId, tx);
        const { old, plan } = decide(known);
        const problems = [...pipelineProblems(plan), ...foreignStages(plan, known, id)];
        if (problems.length > 0) throw invalid(problems);
        await write(tx, accountId, id, plan);
        const saved = (await this.pipelines.load(accountId, tx)).find((pipeline) => pipeline.id === id);
        if (!saved) throw notFound();
        const by = { userId, name: actorName };
        await this.bus.audit(tx, accountId, by, { action, subject: `pipeline/${id}`, old, new: saved });
        tx.onCommit(() => this.pipelines.forget(accountId));
        return saved;
      })
      .catch(refuseInUse(given.stages ? 'stage_in_use' : 'pipeline_in_use'));
  }

  private async existing(accountId: string, id: string): Promise<PipelineView> {
    const pipeline = (await this.pipelines.load(accountId)).find((known) => known.id === id);
    if (!pipeline) throw notFound();
    return pipeline;
  }

  /** Refuses with 409 `code` when there are tickets, in the trash as well, and nowhere to go. */
  private async empty(
    scope: TicketScope,
    actorName: string,
    stageIds: string[],
    targetId: string | undefined,
    code: string,
  ): Promise<void> {
    const { accountId } = scope;
    if (stageIds.length === 0) return;
    const known = await this.pipelines.load(accountId);
    const target = known.find(({ stages }) => stages.some((stage) => stage.id === targetId));
    if (targetId !== undefined && (!target || stageIds.includes(targetId)))
      throw invalidField('/moveToStageId', 'wrong_stage', 'is no status that stays');
    const actor: ActivityActor = { type: 'user', id: scope.userId, name: actorName };
    for (;;) {
      const moved = await this.database.transaction(accountId, async (tx) => {
        const tickets = await tx.query<StoredTicket>(
          `SELECT * FROM tickets.ticket WHERE account_id = $1 AND stage_id = ANY ($2::uuid[]) ORDER BY id LIMIT ${BATCH} FOR UPDATE`,
          [accountId, stageIds],
        );
        if (tickets.length > 0 && (!target || targetId === undefined)) throw conflict(code, 'Tickets are there: say where to move them.');
        const place = { pipeline_id: target?.id, stage_id: targetId };
        for (const ticket of tickets) await this.changes.apply(tx, ticket, place, actor, 'settings', new Date());
        return tickets.length;
      });
      if (moved < BATCH) return;
    }
  }
}

/** An id of a status that another pipeline of the account has. */
const foreignStages = ({ stages }: PipelinePlan, known: PipelineView[], id: string) =>
  stages.flatMap((stage, i) =>
    known.some((other) => other.id !== id && other.stages.some((theirs) => theirs.id === stage.id))
      ? [{ pointer: `/stages/${i}/id`, code: 'taken', detail: 'is a status of another pipeline' }]
      : [],
  );

/** A ticket came into the status meanwhile. */
const refuseInUse = (code: string) => (error: unknown) => {
  if (isForeignKeyViolation(error)) throw conflict(code, 'A ticket came into the status meanwhile: repeat it.');
  throw error;
};

async function write(tx: Tx, accountId: string, id: string, { name, isDefault, stages, rules }: PipelinePlan): Promise<void> {
  if (isDefault)
    void tx.query('UPDATE tickets.pipeline SET is_default = false WHERE account_id = $1 AND id <> $2 AND is_default', [accountId, id]);
  void tx.query(
    `INSERT INTO tickets.pipeline (account_id, id, name, is_default, rules, position)
     VALUES ($1, $2, $3, $4, $5, (SELECT count(*) FROM tickets.pipeline WHERE account_id = $1))
     ON CONFLICT (account_id, id) DO UPDATE SET name = excluded.name, is_default = excluded.is_default, rules = excluded.rules`,
    [accountId, id, name, isDefault, JSON.stringify(rules)],
  );
  void tx.query('DELETE FROM tickets.stage WHERE account_id = $1 AND pipeline_id = $2 AND id <> ALL ($3::uuid[])', [
    accountId,
    id,
    stages.map((stage) => stage.id),
  ]);
  await tx.query(
    `INSERT INTO tickets.stage (account_id, id, pipeline_id, name, category, required_properties, position)
     SELECT $1, (s.stage ->> 'id')::uuid, $2, s.stage ->> 'name', s.stage ->> 'category',
       ARRAY(SELECT jsonb_array_elements_text(s.stage -> 'requiredProperties')), s.position - 1
     FROM jsonb_array_elements($3::jsonb) WITH ORDINALITY s (stage, position)
     ON CONFLICT (account_id, id) DO UPDATE SET name = excluded.name, category = excluded.category,
       required_properties = excluded.required_properties, position = excluded.position`,
    [accountId, id, JSON.stringify(stages)],
  );
}
