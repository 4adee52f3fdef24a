import { Injectable } from '@nestjs/common';
import { CheckSla, SLA_CLOCKS, type MessageFacts, type SlaClockView } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { Database, type Sight, type Tx } from '@helpdesk/platform';
import { Ledger, type Happening, type Place } from './ledger.rules.js';
import { SlaPoliciesService, type KnownPolicy } from './policies.service.js';
import { matchOf } from './policy.rules.js';
import { SlaRepository, type TimedTicket } from './sla.repository.js';
import { dueAt, elapsedMs, goalMinutesOf, MINUTE_MS, shownState, type LedgerEvent, type Terms } from './sla.rules.js';

/** What decides which policy a ticket is under; its source never changes. */
const MATCHED = ['priority', 'team_id', 'pipeline_id'] as const;

/** The clocks of tickets (D-75, I-11). All of it happens in the transaction of what it follows from, on a ticket that is locked there. */
@Injectable()
export class SlaService {
  constructor(
    private readonly database: Database,
    private readonly repository: SlaRepository,
    private readonly policies: SlaPoliciesService,
    private readonly bus: MessageBus,
  ) {}

  /** A new ticket, with the message that has made it. */
  async begin(tx: Tx, ticket: TimedTicket, message?: MessageFacts): Promise<void> {
    const policies = await this.policies.list(ticket.account_id, tx);
    const policy = matchOf(policies, ticket);
    // Where nothing is ever due, nobody asks for the time.
    const now = policy ? await this.repository.now(tx) : Infinity;
    const terms = policy ? (await this.policies.terms(tx, ticket.account_id, [policy.termsId]))(policy.termsId) : null;
    const at = Math.min(ticket.created_at.getTime(), now);
    const ledger = new Ledger([], () => null);
    ledger.begin(at, terms);
    ledger.happen({ at, message: spokenBy(message), place: placeOf(ticket), terms });
    await this.save(tx, ticket, ledger);
  }

  /** A ticket has changed, or something was said on it. */
  async follow(tx: Tx, before: TimedTicket, after: TimedTicket, message?: MessageFacts): Promise<void> {
    const spoken = spokenBy(message);
    const isMatchedAnew = MATCHED.some((column) => before[column] !== after[column]);
    const isMoved = before.stage_id !== after.stage_id || (before.deleted_at === null) !== (after.deleted_at === null);
    if (!spoken && !isMatchedAnew && !isMoved) return;
    const isReopened = before.closed_at !== null && after.closed_at === null;
    const { ledger, now } = await this.open(tx, before);
    const policies = isMatchedAnew || isReopened ? await this.policies.list(after.account_id, tx) : undefined;
    const terms = await this.termsFor(tx, after, ledger, policies);
    // A message counts from when it came or went, however long it was on its way to here.
    const at = spoken && message ? Math.min(Date.parse(message.at), now) : now;
    ledger.happen({ at, message: spoken, place: placeOf(after), terms });
    await this.save(tx, after, ledger);
  }

  /** Brings tickets under the policies as they are; those of `touched` hold anew even where they held before. */
  async apply(tx: Tx, tickets: TimedTicket[], policies: KnownPolicy[], touched: string[]): Promise<void> {
    const [accountId] = tickets.map(({ account_id }) => account_id);
    if (accountId === undefined) return;
    const now = await this.repository.now(tx);
    for (const { ticket, ledger } of await this.openAll(tx, accountId, tickets, now)) {
      const current = ledger.clocks.get('close')?.terms ?? null;
      const matched = matchOf(policies, ticket);
      if (!touched.includes(matched?.id ?? '') && !touched.includes(current?.policyId ?? '')) continue;
      const terms = await this.termsFor(tx, ticket, ledger, policies, touched);
      ledger.happen({ at: now, place: placeOf(ticket), terms });
      await this.save(tx, ticket, ledger);
    }
  }

  /** Ledgers of these tickets, those from before there were clocks too. */
  async openAll(
    ask: Pick<Tx, 'query'>,
    accountId: string,
    tickets: TimedTicket[],
    now: number,
  ): Promise<{ ticket: TimedTicket; ledger: Ledger }[]> {
    const ids = tickets.map(({ id }) => id);
    const ledgers = await this.repository.ledgers(ask, accountId, ids, 'present');
    const termsOf = await this.policies.terms(ask, accountId, termsIn([...ledgers.values()].flat()));
    return tickets.map((ticket) => {
      const ledger = new Ledger(ledgers.get(ticket.id) ?? [], termsOf);
      if (!ledger.clocks.has('close')) adopt(ledger, ticket, now);
      return { ticket, ledger };
    });
  }

  /** Notes what is due by PostgreSQL's clock, each once, and gives it. Nothing when the timer is not the one that the ticket expects. */
  async fire(tx: Tx, ticket: TimedTicket, timerAt: number): Promise<{ now: number; fired: ReturnType<Ledger['fire']> }> {
    if (ticket.sla_timer_at?.getTime() !== timerAt) return { now: timerAt, fired: [] };
    const { ledger, now } = await this.open(tx, ticket);
    const fired = ledger.fire(now);
    await this.save(tx, ticket, ledger, true);
    return { now, fired };
  }

  /** The clocks that have a goal, each with all that was ever written about it. */
  async clocksOf(sight: Sight, ticket: Pick<TimedTicket, 'account_id' | 'id'>): Promise<SlaClockView[]> {
    return this.database.transaction(sight, async (tx) => {
      const now = await this.repository.now(tx);
      const events = (await this.repository.ledgers(tx, ticket.account_id, [ticket.id], 'all')).get(ticket.id) ?? [];
      const { clocks } = new Ledger(events, await this.policies.terms(tx, ticket.account_id, termsIn(events)));
      return SLA_CLOCKS.flatMap((clock) => {
        const state = clocks.get(clock);
        const [shown, goalMinutes] = state ? [shownState(state, now), goalMinutesOf(state)] : [null, null];
        if (!state || shown === null || goalMinutes === null) return [];
        return {
          clock,
          state: shown,
          dueAt: toText(state.phase === 'paused' ? null : dueAt(state)),
          startedAt: new Date(state.startedAt).toISOString(),
          completedAt: toText(state.completedAt),
          elapsedMinutes: Math.floor(elapsedMs(state, now) / MINUTE_MS),
          goalMinutes,
          ledger: events
            .filter((event) => event.clock === clock)
            .map(({ event, at, cause }) => ({ event, at: new Date(at).toISOString(), cause })),
        };
      });
    });
  }

  private async open(tx: Tx, ticket: TimedTicket): Promise<{ ledger: Ledger; now: number }> {
    const reading = this.repository.ledgers(tx, ticket.account_id, [ticket.id], 'present');
    const [now, ledgers] = await Promise.all([this.repository.now(tx), reading]);
    const events = ledgers.get(ticket.id) ?? [];
    const ledger = new Ledger(events, await this.policies.terms(tx, ticket.account_id, termsIn(events)));
    if (!ledger.clocks.has('close')) adopt(ledger, ticket, now);
    return { ledger, now };
  }

  /** What the ticket is under from now on. Where its policy stays the same, it stays as it was when it came there. */
  private async termsFor(
    tx: Tx,
    ticket: TimedTicket,
    { clocks }: Ledger,
    policies?: KnownPolicy[],
    touched: string[] = [],
  ): Promise<Terms | null> {
    const current = clocks.get('close')?.terms ?? null;
    if (!policies) return current;
    const policy = matchOf(policies, ticket);
    if (!policy) return null;
    if (policy.id === current?.policyId && !touched.includes(policy.id)) return current;
    return (await this.policies.terms(tx, ticket.account_id, [policy.termsId]))(policy.termsId);
  }

  /** `isTimerSpent`: the one that the ticket expected has come. */
  private async save(tx: Tx, ticket: TimedTicket, ledger: Ledger, isTimerSpent = false): Promise<void> {
    const [old, next] = [ticket.sla_timer_at?.getTime() ?? null, ledger.nextMoment()];
    if (ledger.added.length > 0 || next !== old) this.repository.save(tx, ticket, ledger);
    if (old !== null && old !== next && !isTimerSpent)
      await this.bus.withdraw(tx, 'check-sla', [ticket.id], ['at'], new Date(old).toISOString());
    if (next === null || (next === old && !isTimerSpent)) return;
    const at = new Date(next);
    await this.bus.publish(tx, ticket.account_id, new CheckSla({ ticketId: ticket.id, at: at.toISOString() }), { dueAt: at });
  }
}

const toText = (moment: number | null) => (moment === null ? null : new Date(moment).toISOString());
const termsIn = (events: LedgerEvent[]) => events.flatMap(({ termsId }) => termsId ?? []);
const placeOf = ({ stage_id, closed_at, deleted_at }: TimedTicket): Place => ({
  stageId: stage_id,
  isClosed: closed_at !== null,
  isDeleted: deleted_at !== null,
});

/** Automatic mail is nobody's word, and a reply is what a person of ours has written (S-57). */
function spokenBy(message: MessageFacts | undefined): Happening['message'] {
  if (!message || message.isAutomatic || message.isBounce) return undefined;
  if (message.direction === 'in') return { from: 'customer', id: message.messageId };
  return message.authorUserId ? { from: 'agent', id: message.messageId } : undefined;
}

function adopt(ledger: Ledger, ticket: TimedTicket, now: number): void {
  const { source, thread_version, closed_at, stage_id: stageId } = ticket;
  const isFromCustomer = source !== 'manual' && source !== 'api';
  const closedAt = closed_at?.getTime() ?? null;
  ledger.adopt(ticket.created_at.getTime(), now, { isFromCustomer, hasThread: thread_version > 1, closedAt, stageId });
}
