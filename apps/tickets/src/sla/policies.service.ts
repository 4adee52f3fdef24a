import { Injectable } from '@nestjs/common';
import type { SlaPolicyView, WorkingHours } from '@helpdesk/contracts';
import { Database, newId, type Tx } from '@helpdesk/platform';
import { scheduleOf } from './business-time.rules.js';
import { inOrder, termsOf, type StoredTerms } from './policy.rules.js';
import type { Terms } from './sla.rules.js';

/** A changed policy is obeyed within this time. */
export const POLICY_TTL_MS = 1_000;
const MAX_REMEMBERED_TERMS = 1_000;

export interface KnownPolicy extends SlaPolicyView {
  termsId: string;
}
type Ask = Pick<Tx, 'query'>;

/** The account's policies, and the terms that tickets are under. */
@Injectable()
export class SlaPoliciesService {
  private readonly cache = new Map<string, { until: number; policies: Promise<KnownPolicy[]> }>();
  /** By account and id; they never change. */
  private readonly remembered = new Map<string, Terms>();

  constructor(private readonly database: Database) {}

  /** In the order in which they are asked; remembered for a second, since every new ticket asks. */
  list(accountId: string, tx?: Tx): Promise<KnownPolicy[]> {
    const known = this.cache.get(accountId);
    if (known && known.until > Date.now()) return known.policies;
    const policies = this.load(accountId, tx);
    policies.catch(() => this.cache.delete(accountId));
    this.cache.set(accountId, { until: Date.now() + POLICY_TTL_MS, policies });
    return policies;
  }

  /** Here at once; other processes read them anew within {@link POLICY_TTL_MS}. */
  forget(accountId: string): void {
    this.cache.delete(accountId);
  }

  /** Not from memory. Statuses and pipelines that are gone are named no more. */
  async load(accountId: string, tx?: Tx): Promise<KnownPolicy[]> {
    return (tx ?? this.database.within(accountId)).query<KnownPolicy>(
      `SELECT p.id, p.name, p.position, p.goals, p.schedule_id AS schedule, p.due_soon_minutes AS "dueSoonMinutes", p.on_overdue AS "onOverdue",
         p.terms_id AS "termsId",
         ARRAY(SELECT s.id FROM tickets.stage s WHERE s.account_id = $1 AND s.id = ANY (p.paused_stage_ids)
               ORDER BY array_position(p.paused_stage_ids, s.id)) AS "pausedStageIds",
         p.match
       FROM tickets.sla_policy p WHERE p.account_id = $1 ORDER BY p.position, p.id`,
      [accountId],
    );
  }

  /** Those with these ids; throws for one that is not there: a ledger is worth nothing without its terms. */
  async terms(ask: Ask, accountId: string, ids: Iterable<string>): Promise<(id: string) => Terms> {
    const found = new Map<string, Terms>();
    const missing = new Set<string>();
    for (const id of ids) {
      const known = this.remembered.get(`${accountId} ${id}`);
      if (known) found.set(id, known);
      else missing.add(id);
    }
    if (missing.size > 0) {
      const sql = 'SELECT id, policy_id, terms FROM tickets.sla_terms WHERE account_id = $1 AND id = ANY ($2::uuid[])';
      const rows = await ask.query<{ id: string; policy_id: string; terms: StoredTerms }>(sql, [accountId, [...missing]]);
      if (this.remembered.size + rows.length > MAX_REMEMBERED_TERMS) this.remembered.clear();
      for (const { id, policy_id, terms } of rows) {
        const read = readTerms(id, policy_id, terms);
        found.set(id, read);
        this.remembered.set(`${accountId} ${id}`, read);
      }
    }
    return (id) => {
      const terms = found.get(id);
      if (!terms) throw new Error(`the terms ${id} are gone`);
      return terms;
    };
  }

  /** As planned from now on, in its place among the others; a change of what it promises makes new terms. */
  async store(tx: Tx, accountId: string, policy: SlaPolicyView, hours: WorkingHours | null, known: KnownPolicy[]): Promise<void> {
    const termsId = await this.storeTerms(tx, accountId, policy, hours, known.find(({ id }) => id === policy.id)?.termsId);
    void tx.query(
      `INSERT INTO tickets.sla_policy (account_id, id, name, position, match, goals, schedule_id, paused_stage_ids, due_soon_minutes, on_overdue, terms_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       ON CONFLICT (account_id, id) DO UPDATE SET name = excluded.name, match = excluded.match, goals = excluded.goals, schedule_id = excluded.schedule_id,
         paused_stage_ids = excluded.paused_stage_ids, due_soon_minutes = excluded.due_soon_minutes, on_overdue = excluded.on_overdue, terms_id = excluded.terms_id`,
      [
        ...[
          accountId,
          policy.id,
          policy.name,
          policy.position,
          JSON.stringify(policy.match),
          JSON.stringify(policy.goals),
          policy.schedule,
        ],
        ...[policy.pausedStageIds, policy.dueSoonMinutes, policy.onOverdue && JSON.stringify(policy.onOverdue), termsId],
      ],
    );
    const termed = { ...policy, termsId };
    await this.number(tx, accountId, inOrder(known, termed));
  }

  async delete(tx: Tx, accountId: string, id: string, known: KnownPolicy[]): Promise<void> {
    void tx.query('DELETE FROM tickets.sla_policy WHERE account_id = $1 AND id = $2', [accountId, id]);
    await this.number(
      tx,
      accountId,
      known.filter((policy) => policy.id !== id),
    );
  }

  /** The hours of this policy have changed. */
  async renew(tx: Tx, accountId: string, policy: KnownPolicy, hours: WorkingHours): Promise<void> {
    const termsId = await this.storeTerms(tx, accountId, policy, hours, policy.termsId);
    void tx.query('UPDATE tickets.sla_policy SET terms_id = $3 WHERE account_id = $1 AND id = $2', [accountId, policy.id, termsId]);
  }

  /** Gives the id of the terms, the old one where nothing differs. */
  private async storeTerms(tx: Tx, accountId: string, policy: SlaPolicyView, hours: WorkingHours | null, oldId?: string): Promise<string> {
    const terms = JSON.stringify(termsOf(policy, hours));
    const sql = 'SELECT id FROM tickets.sla_terms WHERE account_id = $1 AND id = $2 AND terms = $3::jsonb';
    if (oldId !== undefined && (await tx.queryOne(sql, [accountId, oldId, terms]))) return oldId;
    const id = newId();
    await tx.query('INSERT INTO tickets.sla_terms (account_id, id, policy_id, terms) VALUES ($1, $2, $3, $4)', [
      ...[accountId, id, policy.id, terms],
    ]);
    return id;
  }

  private async number(tx: Tx, accountId: string, policies: SlaPolicyView[]): Promise<void> {
    await tx.query(
      `UPDATE tickets.sla_policy p SET position = x.position - 1 FROM unnest($2::uuid[]) WITH ORDINALITY x (id, position)
       WHERE p.account_id = $1 AND p.id = x.id`,
      [accountId, policies.map(({ id }) => id)],
    );
  }
}

export const readTerms = (id: string, policyId: string, { hours, ...terms }: StoredTerms): Terms => ({
  ...terms,
  id,
  policyId,
  schedule: scheduleOf(hours),
});
