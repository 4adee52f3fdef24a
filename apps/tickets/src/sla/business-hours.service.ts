import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { BusinessHoursFields, BusinessHoursView, SlaReach } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { conflict, Database, invalid, notFound, type Tx } from '@helpdesk/platform';
import { aloneInSettings } from '../settings.js';
import { hoursProblems, planHours } from './business-hours.rules.js';
import { PolicyApplication } from './policy-application.js';
import { SlaPoliciesService } from './policies.service.js';

const MAX_HOURS = 100;

/** When people work. Policies keep the hours as they were: a change reaches them by new terms. */
@Injectable()
export class BusinessHoursService {
  constructor(
    private readonly database: Database,
    private readonly policies: SlaPoliciesService,
    private readonly application: PolicyApplication,
    private readonly bus: MessageBus,
  ) {}

  list(accountId: string, tx?: Tx): Promise<BusinessHoursView[]> {
    return (tx ?? this.database.within(accountId)).query<BusinessHoursView>(
      `SELECT id, name, time_zone AS "timeZone", weekly, holidays FROM tickets.business_hours WHERE account_id = $1 ORDER BY lower(name), id`,
      [accountId],
    );
  }

  /** Repeating it with the same id changes nothing. */
  async create(scope: TicketScope, actorName: string, given: BusinessHoursFields & { id: string }): Promise<BusinessHoursView> {
    return this.alone(scope.accountId, async (tx, known) => {
      const repeated = known.find(({ id }) => id === given.id);
      if (repeated) return repeated;
      if (known.length >= MAX_HOURS) throw conflict('too_many_business_hours', `There are ${MAX_HOURS} of them already.`);
      return this.save(tx, scope, actorName, undefined, given);
    });
  }

  async change(
    scope: TicketScope,
    actorName: string,
    { appliesTo, ...given }: BusinessHoursFields & { id: string; appliesTo: SlaReach },
  ): Promise<BusinessHoursView> {
    const { accountId } = scope;
    return this.alone(accountId, async (tx, known) => {
      const old = known.find(({ id }) => id === given.id);
      if (!old) throw notFound();
      const saved = await this.save(tx, scope, actorName, old, given);
      const users = (await this.policies.load(accountId, tx)).filter(({ schedule }) => schedule === saved.id);
      for (const policy of users) await this.policies.renew(tx, accountId, policy, saved);
      const policyIds = users.map(({ id }) => id);
      if (appliesTo === 'open' && policyIds.length > 0) await this.application.begin(tx, accountId, policyIds);
      return saved;
    });
  }

  async delete({ accountId, userId }: TicketScope, actorName: string, id: string): Promise<void> {
    await this.alone(accountId, async (tx, known) => {
      const old = known.find((hours) => hours.id === id);
      if (!old) throw notFound();
      const inUse = (await this.policies.load(accountId, tx)).some(({ schedule }) => schedule === id);
      if (inUse) throw conflict('business_hours_in_use', 'A policy counts by them: give it other hours first.');
      await tx.query('DELETE FROM tickets.business_hours WHERE account_id = $1 AND id = $2', [accountId, id]);
      const by = { userId, name: actorName };
      await this.bus.audit(tx, accountId, by, { action: 'business_hours.deleted', subject: `business-hours/${id}`, old });
    });
  }

  private alone<T>(accountId: string, work: (tx: Tx, known: BusinessHoursView[]) => Promise<T>): Promise<T> {
    return this.database.transaction(accountId, async (tx) => {
      await aloneInSettings(tx, accountId);
      tx.onCommit(() => this.policies.forget(accountId));
      return work(tx, await this.list(accountId, tx));
    });
  }

  private async save(
    tx: Tx,
    { accountId, userId }: TicketScope,
    actorName: string,
    old: BusinessHoursView | undefined,
    given: BusinessHoursFields & { id: string },
  ): Promise<BusinessHoursView> {
    const plan = planHours(old, given);
    const problems = hoursProblems(plan);
    if (problems.length > 0) throw invalid(problems);
    await tx.query(
      `INSERT INTO tickets.business_hours (account_id, id, name, time_zone, weekly, holidays) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (account_id, id) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone, weekly = excluded.weekly,
         holidays = excluded.holidays`,
      [accountId, plan.id, plan.name, plan.timeZone, JSON.stringify(plan.weekly), plan.holidays],
    );
    const action = old ? 'business_hours.changed' : 'business_hours.created';
    await this.bus.audit(tx, accountId, { userId, name: actorName }, { action, subject: `business-hours/${plan.id}`, old, new: plan });
    return plan;
  }
}
