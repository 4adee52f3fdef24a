import { expect, test } from '@jest/globals';
import { SLA_CLOCKS, type SlaClock, type SlaState } from '@helpdesk/contracts';
import fc from 'fast-check';
import { AT_DESK, START, TERMS, termsOf } from './ledger.for-spec.js';
import { Ledger } from './ledger.rules.js';
import { dueAt, elapsedMs, goalMinutesOf, isLate, MINUTE_MS, nextMoment, shownState, type LedgerEvent, type Terms } from './sla.rules.js';

/** A ticket whose first message came at the start. */
function opened(under: Terms | null): Ledger {
  const ledger = new Ledger([], termsOf);
  ledger.begin(START, under);
  ledger.happen({ at: START, message: { from: 'customer', id: 'first' }, place: AT_DESK, terms: under });
  return ledger;
}

/** Histories pass in steps of a quarter of an hour. */
const QUARTER = 15;
type Step = { after: number } & (
  | { what: 'customer' | 'agent' | 'trash' | 'restore' | 'fire' }
  | { what: 'stage'; stage: 'open' | 'waiting' | 'closed' }
  | { what: 'terms'; terms: keyof typeof TERMS | null }
);
const termNames = fc.constantFrom(...(Object.keys(TERMS) as (keyof typeof TERMS)[]), null);
const what = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constantFrom('customer' as const, 'agent' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('stage' as const),
      stage: fc.constantFrom('open' as const, 'waiting' as const, 'closed' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('terms' as const), terms: termNames }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constantFrom('trash' as const, 'restore' as const, 'fire' as const, 'fire' as const) }) },
);
const after = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 8, max: 200 }));
const step = fc.tuple(after, what).map(([quarters, done]): Step => ({ after: quarters, ...done }));
const histories = fc.record({
  first: termNames,
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  wait: fc.integer({ min: 0, max: 130 }),
});

/** A clock as the rules tell it, one quarter after the other: those that counted, and those before any policy. */
interface Told {
  counted: number[];
  uncounted: number[];
  terms: Terms | null;
  phase: 'running' | 'paused' | 'completed';
  completedAt: number;
  /** It was waiting when the ticket was closed. */
  isLeftOver: boolean;
}
const GOAL = { first_reply: 'firstReplyMinutes', next_reply: 'nextReplyMinutes', close: 'closeMinutes' } as const;
/** Whether a quarter counts, reckoned once. */
const isOfficeQuarter = (() => {
  const known = new Map<number, boolean>();
  const reckon = (moment: number) => {
    const date = new Date(moment);
    const hour = date.getUTCHours();
    return ![0, 6].includes(date.getUTCDay()) && hour >= 9 && hour < 17 && date.toISOString().slice(0, 10) !== '2026-12-01';
  };
  return (moment: number) => {
    let is = known.get(moment);
    if (is === undefined) known.set(moment, (is = reckon(moment)));
    return is;
  };
})();
const counts = (under: Terms, moment: number) => ['always', 'closing'].includes(under.id) || isOfficeQuarter(moment);

/** The same history, told from the rules and not from the code. */
class Model {
  readonly clocks: Partial<Record<SlaClock, Told>> = {};
  now = START;
  stage = 'open';
  isDeleted = false;

  constructor(private terms: Terms | null) {
    this.start('close');
    this.said('customer');
    this.settle();
  }

  pass(quarters: number): void {
    for (const until = this.now + quarters * QUARTER * MINUTE_MS; this.now < until; this.now += QUARTER * MINUTE_MS)
      for (const clock of Object.values(this.clocks)) {
        if (clock.phase !== 'running') continue;
        if (!clock.terms) clock.uncounted.push(this.now);
        else if (counts(clock.terms, this.now)) clock.counted.push(this.now);
      }
  }

  do(done: Step): void {
    if (done.what === 'customer' && this.stage === 'closed') {
      this.said('customer');
      this.stage = 'open';
    } else if (done.what === 'customer' || done.what === 'agent') this.said(done.what);
    else if (done.what === 'stage') this.stage = done.stage;
    else if (done.what === 'terms') this.terms = done.terms && TERMS[done.terms];
    else if (done.what === 'trash' || done.what === 'restore') this.isDeleted = done.what === 'trash';
    if (done.what !== 'fire') this.settle();
  }

  shown(clock: SlaClock): { state: SlaState; minutes: number } | null {
    const told = this.clocks[clock];
    const goal = told?.terms?.goals[GOAL[clock]];
    if (!told || !told.terms || !goal) return null;
    const used = (n: number) => (n <= 0 ? -Infinity : (told.counted[n / QUARTER - 1] ?? Infinity) + QUARTER * MINUTE_MS);
    const [due, soon] = [used(goal), used(goal - told.terms.dueSoonMinutes)];
    const running = this.now > due ? 'overdue' : this.now >= soon && soon !== due ? 'due_soon' : 'active';
    const completed = told.completedAt > due ? 'completed_late' : 'completed_on_time';
    const state = told.phase === 'paused' ? 'paused' : told.phase === 'completed' ? completed : running;
    return { state, minutes: told.counted.length * QUARTER };
  }

  private start(clock: SlaClock): void {
    this.clocks[clock] = { counted: [], uncounted: [], terms: this.terms, phase: 'running', completedAt: 0, isLeftOver: false };
  }

  private said(by: 'customer' | 'agent'): void {
    const { first_reply: first, next_reply: next } = this.clocks;
    const waits = (told: Told | undefined) => told !== undefined && told.phase !== 'completed' && !told.isLeftOver;
    if (by === 'customer') {
      if (first?.phase === 'completed') {
        if (!waits(next)) this.start('next_reply');
      } else if (!waits(first)) this.start('first_reply');
    } else
      for (const told of [first, next])
        if (told && told.phase !== 'completed') {
          told.phase = 'completed';
          told.completedAt = this.now;
        }
  }

  /** Where the ticket stands now, and under which terms. */
  private settle(): void {
    const isClosed = this.stage === 'closed';
    for (const [clock, told] of Object.entries(this.clocks)) {
      if (told.phase !== 'completed') this.come(told);
      if (clock === 'close' && told.phase !== 'completed' && isClosed) {
        told.phase = 'completed';
        told.completedAt = this.now;
      } else if (clock === 'close' && told.phase === 'completed' && !isClosed) {
        told.phase = 'running';
        this.come(told);
      }
      if (told.phase === 'completed') continue;
      const isHeld = this.isDeleted || isClosed || (told.terms !== null && this.stage === 'waiting');
      told.phase = isHeld ? 'paused' : 'running';
      told.isLeftOver = isClosed;
    }
  }

  private come(told: Told): void {
    told.terms = this.terms;
    if (!this.terms) return;
    const { terms } = this;
    told.counted.push(...told.uncounted.filter((moment) => counts(terms, moment)));
    told.uncounted = [];
  }
}

/** The same history by the code; gives whom it told of what. */
function replay(ledger: Ledger, steps: Step[]): string[] {
  let at = START;
  let place = AT_DESK;
  let under = ledger.clocks.get('close')?.terms ?? null;
  const told: string[] = [];
  for (const done of steps) {
    at += done.after * QUARTER * MINUTE_MS;
    if (done.what === 'fire') {
      told.push(
        ...ledger
          .fire(at)
          .map(({ clock, event }) => `${clock} ${event} ${ledger.clocks.get(clock)?.generation} ${ledger.clocks.get(clock)?.startSeq}`),
      );
      continue;
    }
    if (done.what === 'stage') place = { ...place, stageId: done.stage, isClosed: done.stage === 'closed' };
    if (done.what === 'trash' || done.what === 'restore') place = { ...place, isDeleted: done.what === 'trash' };
    if (done.what === 'customer' && place.isClosed) place = { ...place, stageId: 'open', isClosed: false };
    if (done.what === 'terms') under = done.terms && TERMS[done.terms];
    const message = done.what === 'customer' || done.what === 'agent' ? { from: done.what, id: 'm' } : undefined;
    ledger.happen({ at, message, place, terms: under });
  }
  return told;
}
/** A ticket in the trash takes no message. */
function possible(steps: Step[]): Step[] {
  let isDeleted = false;
  return steps.filter((done) => {
    if (done.what === 'trash' || done.what === 'restore') isDeleted = done.what === 'trash';
    return !isDeleted || (done.what !== 'customer' && done.what !== 'agent');
  });
}
const figures = ({ clocks }: Ledger, now: number) =>
  [...clocks.values()].map((state) => ({
    ...{ clock: state.clock, state: shownState(state, now), goal: goalMinutesOf(state), isLate: isLate(state) },
    ...{ elapsed: elapsedMs(state, now), due: dueAt(state), next: nextMoment(state), startedAt: state.startedAt },
  }));
/** The lines of each clock from the beginning of its present round. */
const presentOf = (lines: LedgerEvent[]) =>
  lines.filter((line) => !lines.some((later) => later.clock === line.clock && later.event === 'start' && later.seq > line.seq));

test('I-11 ten thousand random histories are shown as the rules tell them quarter by quarter, and the same from the ledger alone', () => {
  const check = fc.property(histories, ({ first, steps, wait }) => {
    const possibleSteps = possible(steps);
    const begun = first && TERMS[first];
    const ledger = opened(begun);
    const told = replay(ledger, possibleSteps);
    const model = new Model(begun);
    for (const done of possibleSteps) {
      model.pass(done.after);
      model.do(done);
    }
    model.pass(wait);
    const shown = SLA_CLOCKS.map((clock) => {
      const state = ledger.clocks.get(clock);
      const name = state && shownState(state, model.now);
      return name ? { state: name, minutes: elapsedMs(state, model.now) / MINUTE_MS } : null;
    });
    expect(shown).toEqual(SLA_CLOCKS.map((clock) => model.shown(clock)));
    // What one worker has reckoned on the way, another one reads.
    expect(figures(new Ledger(ledger.added, termsOf), model.now)).toEqual(figures(ledger, model.now));
    expect(figures(new Ledger(presentOf(ledger.added), termsOf), model.now)).toEqual(figures(ledger, model.now));
    expect(new Set(told).size).toBe(told.length);
  });
  fc.assert(check, { numRuns: 10_000 });
});
