import { Injectable } from '@nestjs/common';
import type { PipelineView, StageView } from '@helpdesk/contracts';
import { Database, invalidField, isForeignKeyViolation, newId, type Tx } from '@helpdesk/platform';
import { aloneInSettings } from '../settings.js';
import { DEFAULT_REOPEN_DAYS, type PipelinePlan } from './pipeline.rules.js';

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
    return this.database.transaction(accountId, async (tx) => {
      await tx.query('INSERT INTO tickets.account_counter (account_id, last_number) VALUES ($1, 0) ON CONFLICT DO NOTHING', [accountId]);
      await aloneInSettings(tx, accountId);
      const known = (await this.load(accountId, tx)).find(({ isDefault }) => isDefault);
      if (known) return known.id;
      const id = newId();
      const stages = DEFAULT_STAGES.map((stage) => ({ ...stage, id: newId(), requiredProperties: [] }));
      const [first, waitingOnContact, waitingOnUs] = stages;
      const rules = {
        creationStageIds: first ? [first.id] : [],
        reopenDays: DEFAULT_REOPEN_DAYS,
        autoStage: { onReply: waitingOnContact?.id ?? null, onCustomerMessage: waitingOnUs?.id ?? null },
      };
      await this.store(tx, accountId, id, { name: 'Support pipeline', isDefault: true, stages, rules });
      tx.onCommit(() => this.forget(accountId));
      return id;
    });
  }

  /** As planned from now on; stages that are not in the plan go. */
  async store(tx: Tx, accountId: string, id: string, { name, isDefault, stages, rules }: PipelinePlan): Promise<void> {
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
