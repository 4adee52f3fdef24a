import { Injectable } from '@nestjs/common';
import type { PipelineView, StageView } from '@helpdesk/contracts';
import { Database, invalidField, isForeignKeyViolation, newId, type Tx } from '@helpdesk/platform';
import { Pipeline, Stage } from './pipeline.entity.js';
import { DEFAULT_REOPEN_DAYS } from './pipeline.rules.js';

/** A changed pipeline is obeyed within this time. */
const TTL_MS = 1_000;
const DEFAULT_STAGES = [
  { name: 'New', category: 'new' },
  { name: 'Waiting on contact', category: 'waiting' },
  { name: 'Waiting on us', category: 'open' },
  { name: 'Closed', category: 'closed' },
] as const;

interface PipelineRow {
  id: string;
  name: string;
  is_default: boolean;
  rules: PipelineView['rules'];
  stages: StageView[] | null;
}

/** For a change that found its status deleted meanwhile. */
export function refuseGoneStage(error: unknown): never {
  throw isForeignKeyViolation(error) ? invalidField('/stageId', 'wrong_stage', 'was deleted meanwhile') : error;
}

@Injectable()
export class PipelinesService {
  private readonly cache = new Map<string, { until: number; pipelines: Promise<PipelineView[]> }>();

  constructor(private readonly database: Database) {}

  /**
   * In their order, the default one first; remembered for a second, since every message asks. Inside a transaction its own connection is
   * used: waiting for a second one while holding the first would starve the pool.
   */
  list(accountId: string, tx?: Tx): Promise<PipelineView[]> {
    const known = this.cache.get(accountId);
    if (known && known.until > Date.now()) return known.pipelines;
    const pipelines = this.load(accountId, tx);
    pipelines.catch(() => this.cache.delete(accountId));
    this.cache.set(accountId, { until: Date.now() + TTL_MS, pipelines });
    return pipelines;
  }

  async find(accountId: string, pipelineId: string, tx?: Tx): Promise<PipelineView | undefined> {
    return (await this.list(accountId, tx)).find((pipeline) => pipeline.id === pipelineId);
  }

  /** The default pipeline of a new account; there is one afterwards, however often it is asked for. */
  async setUp(accountId: string): Promise<string> {
    return this.database.managedTransaction(accountId, async (tx, manager) => {
      await tx.query('INSERT INTO tickets.account_counter (account_id, last_number) VALUES ($1, 0) ON CONFLICT DO NOTHING', [accountId]);
      await tx.query('SELECT 1 FROM tickets.account_counter WHERE account_id = $1 FOR UPDATE', [accountId]);
      const known = await manager.findOneBy(Pipeline, { accountId, isDefault: true });
      if (known) return known.id;
      const id = newId();
      const stages = DEFAULT_STAGES.map((stage, position) => ({ ...stage, id: newId(), accountId, pipelineId: id, position }));
      const [first, waitingOnContact, waitingOnUs] = stages;
      await manager.insert(Pipeline, {
        id,
        accountId,
        name: 'Support pipeline',
        isDefault: true,
        position: 0,
        rules: {
          creationStageIds: first ? [first.id] : [],
          reopenDays: DEFAULT_REOPEN_DAYS,
          autoStage: { onReply: waitingOnContact?.id ?? null, onCustomerMessage: waitingOnUs?.id ?? null },
        },
      });
      await manager.insert(Stage, stages);
      this.forget(accountId);
      return id;
    });
  }

  /** Here at once; other processes read them anew within {@link TTL_MS}. */
  forget(accountId: string): void {
    this.cache.delete(accountId);
  }

  /** Not from memory. */
  async load(accountId: string, tx?: Tx): Promise<PipelineView[]> {
    const rows = await (tx ?? this.database.within(accountId)).query<PipelineRow>(
      `SELECT p.id, p.name, p.is_default, p.rules,
         (SELECT json_agg(json_build_object('id', s.id, 'name', s.name, 'category', s.category, 'requiredProperties', s.required_properties) ORDER BY s.position)
          FROM tickets.stage s WHERE s.account_id = p.account_id AND s.pipeline_id = p.id) AS stages
       FROM tickets.pipeline p WHERE p.account_id = $1 ORDER BY p.is_default DESC, p.position, p.id`,
      [accountId],
    );
    return rows.map(({ id, name, is_default, rules, stages }) => ({ id, name, isDefault: is_default, rules, stages: stages ?? [] }));
  }
}
