import { SLA_CLOCKS, type SlaCause, type SlaClock, type SlaEventName } from '@helpdesk/contracts';
import { dueAt, firingOf, goalMinutesOf, nextMoment, withEvent, type ClockState, type LedgerEvent, type Terms } from './sla.rules.js';

/** Where a ticket stands. */
export interface Place {
  stageId: string;
  isClosed: boolean;
  isDeleted: boolean;
}

/** Something that clocks go by: what was said, and where the ticket stands after it and under which policy. */
export interface Happening {
  at: number;
  /** Of the customer, or a reply of an agent. Automatic mail is neither (S-57). */
  message?: { from: 'customer' | 'agent'; id: string };
  place: Place;
  terms: Terms | null;
}

/** The clocks of one ticket, made of its ledger; what happens adds lines to it. */
export class Ledger {
  readonly clocks = new Map<SlaClock, ClockState>();
  /** To be written. */
  readonly added: LedgerEvent[] = [];
  /** Clocks that have no goal any more. */
  readonly freed = new Set<SlaClock>();
  private nextSeq = 1;

  /** `events` in their order, at least those of each clock's present round. */
  constructor(events: LedgerEvent[], termsOf: (id: string) => Terms | null) {
    for (const event of events) {
      this.clocks.set(event.clock, withEvent(this.clocks.get(event.clock), event, event.termsId ? termsOf(event.termsId) : null));
      this.nextSeq = Math.max(this.nextSeq, event.seq + 1);
    }
  }

  /** A new ticket: the close clock runs. */
  begin(createdAt: number, terms: Terms | null, kind: SlaCause['kind'] = 'creation'): void {
    this.add('close', 'start', createdAt, { kind, id: null }, terms);
  }

  /**
   * A ticket from before there were clocks, as it was before what happens now. Who wrote what is not known here: with more than one message the
   * first reply counts as given.
   */
  adopt(
    createdAt: number,
    now: number,
    facts: { isFromCustomer: boolean; hasThread: boolean; closedAt: number | null; stageId: string },
  ): void {
    const cause = { kind: 'adoption', id: null } as const;
    this.begin(createdAt, null, cause.kind);
    if (facts.isFromCustomer) this.add('first_reply', 'start', createdAt, cause, null);
    if (facts.isFromCustomer && facts.hasThread) this.add('first_reply', 'complete', now, cause, null);
    if (facts.closedAt !== null) this.moved(facts.closedAt, { stageId: facts.stageId, isClosed: true, isDeleted: false }, null);
  }

  happen({ at, message, place, terms }: Happening): void {
    if (message) this.said(at, message, terms);
    const cause = { kind: 'policy', id: terms?.policyId ?? null } as const;
    for (const { clock } of this.unfinished()) {
      const state = this.clocks.get(clock);
      if (state && state.terms?.id !== terms?.id) this.renew(state, 'terms', at, cause, terms);
    }
    this.moved(at, place, terms);
  }

  /** Notes who has to be told now, and gives it. */
  fire(now: number): { clock: SlaClock; event: 'due_soon' | 'overdue'; terms: Terms }[] {
    return [...this.clocks.values()].flatMap((state) => {
      const event = firingOf(state, now);
      if (!event || !state.terms) return [];
      this.add(state.clock, event, now, { kind: 'time', id: null }, state.terms);
      return [{ clock: state.clock, event, terms: state.terms }];
    });
  }

  /** The earliest due time of those that run. */
  dueAt(): number | null {
    return earliest([...this.clocks.values()].filter(({ phase }) => phase === 'running').map(dueAt));
  }

  /** When there is something to tell next. */
  nextMoment(): number | null {
    return earliest([...this.clocks.values()].map(nextMoment));
  }

  private said(at: number, { from, id }: NonNullable<Happening['message']>, terms: Terms | null): void {
    const cause = { kind: 'message', id } as const;
    const [first, next] = [this.clocks.get('first_reply'), this.clocks.get('next_reply')];
    if (from === 'agent') {
      for (const waiting of [first, next]) if (isUnfinished(waiting)) this.add(waiting.clock, 'complete', at, cause, waiting.terms);
      return;
    }
    const state = first?.phase === 'completed' ? next : first;
    const clock = first?.phase === 'completed' ? 'next_reply' : 'first_reply';
    // On a closed ticket nobody waited any more: the customer waits from now on.
    const isLeftOver = isUnfinished(state) && state.pausedBy === 'closing';
    if (isLeftOver) this.add(clock, 'cancel', at, cause, state.terms);
    if (isLeftOver || !isUnfinished(state)) this.add(clock, 'start', at, cause, terms);
  }

  /** Under other terms a clock may become due once more, unless it is overdue already. */
  private renew(state: ClockState, event: 'terms' | 'restart', at: number, cause: SlaCause, terms: Terms | null): void {
    const line = this.line(state.clock, event, at, cause, terms);
    const due = dueAt(withEvent(state, line, terms));
    const isNew = state.terms?.id !== terms?.id && !(due !== null && due <= line.at);
    this.write(isNew ? { ...line, generation: line.generation + 1 } : line, terms);
  }

  /** Closing completes the close clock and lets the others wait; so do the trash and the stages that pause. */
  private moved(at: number, { stageId, isClosed, isDeleted }: Place, terms: Terms | null): void {
    const close = this.clocks.get('close');
    if (isClosed && isUnfinished(close)) this.add('close', 'complete', at, { kind: 'closing', id: stageId }, close.terms);
    if (!isClosed && close?.phase === 'completed') this.renew(close, 'restart', at, { kind: 'reopening', id: stageId }, terms);
    for (const { clock } of this.unfinished()) {
      const state = this.clocks.get(clock);
      if (!state) continue;
      const holds = isDeleted ? 'trash' : isClosed ? 'closing' : state.terms?.pausedStageIds.includes(stageId) ? 'stage' : null;
      // Another reason to wait is noted too: what is closed meanwhile is left over.
      if (holds && state.pausedBy !== holds)
        this.add(clock, 'pause', at, { kind: holds, id: holds === 'trash' ? null : stageId }, state.terms);
      if (!holds && state.phase === 'paused') {
        const kind = state.pausedBy === 'closing' ? 'reopening' : state.pausedBy === 'trash' ? 'trash' : 'stage';
        this.add(clock, 'resume', at, { kind, id: kind === 'trash' ? null : stageId }, state.terms);
      }
    }
  }

  private unfinished(): ClockState[] {
    return SLA_CLOCKS.map((clock) => this.clocks.get(clock)).filter(isUnfinished);
  }

  private add(clock: SlaClock, event: SlaEventName, at: number, cause: SlaCause, terms: Terms | null): void {
    const line = this.line(clock, event, at, cause, terms);
    this.write(event === 'start' ? { ...line, generation: line.generation + 1 } : line, terms);
  }

  /** Time does not run backwards in a ledger, whoever was handled late. */
  private line(clock: SlaClock, event: SlaEventName, at: number, cause: SlaCause, terms: Terms | null): LedgerEvent {
    const state = this.clocks.get(clock);
    const [moment, generation] = [Math.max(at, state?.lastAt ?? at), state?.generation ?? 0];
    return { clock, seq: this.nextSeq, event, at: moment, generation, termsId: terms?.id ?? null, cause };
  }

  private write(line: LedgerEvent, terms: Terms | null): void {
    const before = this.clocks.get(line.clock);
    const after = withEvent(before, line, terms);
    if (goalMinutesOf(after) !== null) this.freed.delete(line.clock);
    else if (before && goalMinutesOf(before) !== null) this.freed.add(line.clock);
    this.clocks.set(line.clock, after);
    this.nextSeq = line.seq + 1;
    this.added.push(line);
  }
}

const isUnfinished = (state: ClockState | undefined): state is ClockState => state?.phase === 'running' || state?.phase === 'paused';

function earliest(moments: (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null);
  return known.length > 0 ? Math.min(...known) : null;
}
