import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { BusinessHoursView, SlaPolicyFields, SlaPolicyView, SlaReach } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { conflict, Database, invalid, notFound, type Tx } from '@helpdesk/platform';
import { PipelinesService } from '../pipelines/pipelines.service.js';
import { aloneInSettings } from '../settings.js';
import { BusinessHoursService } from './business-hours.service.js';
import { SlaPoliciesService, type KnownPolicy } from './policies.service.js';
import { PolicyApplication } from './policy-application.js';
import { planPolicy, policyProblems } from './policy.rules.js';

const MAX_POLICIES = 100;

/** Policies as administrators change them (D-75). */
@Injectable()
export class PolicySettingsService {
  constructor(
    private readonly database: Database,
    private readonly policies: SlaPoliciesService,
    private readonly hours: BusinessHoursService,
    private readonly pipelines: PipelinesService,
    private readonly application: PolicyApplication,
    private readonly bus: MessageBus,
  ) {}

  async list(accountId: string): Promise<SlaPolicyView[]> {
    return (await this.policies.load(accountId)).map(toView);
  }

  /** Repeating it with the same id changes nothing. */
  async create(
    scope: TicketScope,
    actorName: string,
    { appliesTo, ...given }: SlaPolicyFields & { id: string; appliesTo: SlaReach },
  ): Promise<SlaPolicyView> {
    return this.alone(scope.accountId, async (tx, known) => {
      const repeated = known.find(({ id }) => id === given.id);
      if (repeated) return toView(repeated);
      if (known.length >= MAX_POLICIES) throw conflict('too_many_policies', `There are ${MAX_POLICIES} policies already.`);
      return this.save(tx, scope, actorName, known, given, appliesTo);
    });
  }

  async change(
    scope: TicketScope,
    actorName: string,
    { appliesTo, ...given }: SlaPolicyFields & { id: string; appliesTo: SlaReach },
  ): Promise<SlaPolicyView> {
    return this.alone(scope.accountId, async (tx, known) => {
      if (!known.some(({ id }) => id === given.id)) throw notFound();
      return this.save(tx, scope, actorName, known, given, appliesTo);
    });
  }

  async delete({ accountId, userId }: TicketScope, actorName: string, id: string): Promise<void> {
    await this.alone(accountId, async (tx, known) => {
      const old = known.find((policy) => policy.id === id);
      if (!old) throw notFound();
      await this.policies.delete(tx, accountId, id, known);
      const by = { userId, name: actorName };
      await this.bus.audit(tx, accountId, by, { action: 'sla_policy.deleted', subject: `sla-policy/${id}`, old: toView(old) });
      await this.application.begin(tx, accountId, [id]);
    });
  }

  /** The policy as it would be, with its hours; throws 422 for what makes no sense. */
  async planned(
    accountId: string,
    known: KnownPolicy[],
    given: SlaPolicyFields & { id: string },
    tx?: Tx,
  ): Promise<{ plan: SlaPolicyView; hours: BusinessHoursView | null }> {
    const plan = planPolicy(
      known.find(({ id }) => id === given.id),
      given,
      known.length,
    );
    const allHours = await this.hours.list(accountId, tx);
    const problems = policyProblems(
      plan,
      await this.pipelines.load(accountId, tx),
      allHours.map(({ id }) => id),
    );
    if (problems.length > 0) throw invalid(problems);
    return { plan, hours: allHours.find(({ id }) => id === plan.schedule) ?? null };
  }

  /** One change of what is set up after the other, each on what the one before has left. */
  private alone<T>(accountId: string, work: (tx: Tx, known: KnownPolicy[]) => Promise<T>): Promise<T> {
    return this.database.transaction(accountId, async (tx) => {
      await aloneInSettings(tx, accountId);
      tx.onCommit(() => this.policies.forget(accountId));
      return work(tx, await this.policies.load(accountId, tx));
    });
  }

  private async save(
    tx: Tx,
    { accountId, userId }: TicketScope,
    actorName: string,
    known: KnownPolicy[],
    given: SlaPolicyFields & { id: string },
    appliesTo: SlaReach,
  ): Promise<SlaPolicyView> {
    const old = known.find(({ id }) => id === given.id);
    const { plan, hours } = await this.planned(accountId, known, given, tx);
    await this.policies.store(tx, accountId, plan, hours, known);
    const saved = (await this.policies.load(accountId, tx)).find(({ id }) => id === plan.id);
    if (!saved) throw notFound();
    const action = old ? 'sla_policy.changed' : 'sla_policy.created';
    const entry = { action, subject: `sla-policy/${plan.id}`, old: old && toView(old), new: toView(saved) };
    await this.bus.audit(tx, accountId, { userId, name: actorName }, entry);
    if (appliesTo === 'open') await this.application.begin(tx, accountId, [plan.id]);
    return toView(saved);
  }
}

const toView = ({ termsId: _termsId, ...policy }: KnownPolicy): SlaPolicyView => policy;
