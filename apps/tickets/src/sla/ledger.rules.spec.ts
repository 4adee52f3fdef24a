import { describe, expect, it } from '@jest/globals';
import type { SlaClock } from '@helpdesk/contracts';
import { AT_DESK, START, TERMS, termsOf } from './ledger.for-spec.js';
import { Ledger, type Happening } from './ledger.rules.js';
import { dueAt, elapsedMs, MINUTE_MS, shownState, type Terms } from './sla.rules.js';

const WAITING = { ...AT_DESK, stageId: 'waiting' };
const CLOSED = { ...AT_DESK, stageId: 'closed', isClosed: true };
const minutes = (n: number) => START + n * MINUTE_MS;

/** A ticket whose first message came at minute 0. */
function opened(under: Terms | null = TERMS.always, place = AT_DESK): Ledger {
  const ledger = new Ledger([], termsOf);
  ledger.begin(START, under);
  ledger.happen({ at: START, message: { from: 'customer', id: 'm0' }, place, terms: under });
  return ledger;
}
const then = (ledger: Ledger, minute: number, more: Partial<Happening>) =>
  ledger.happen({ at: minutes(minute), place: AT_DESK, terms: TERMS.always, ...more });
const stateOf = (ledger: Ledger, clock: SlaClock, minute: number) => {
  const state = ledger.clocks.get(clock);
  return state && shownState(state, minutes(minute));
};
const linesOf = (ledger: Ledger, clock: SlaClock) => ledger.added.filter((line) => line.clock === clock).map(({ event }) => event);
const fromCustomer = { message: { from: 'customer', id: 'm1' } } as const;
const fromAgent = { message: { from: 'agent', id: 'm2' } } as const;

describe('D-75 the clocks of a ticket', () => {
  it('the first reply is active, due soon, overdue by the minute', () => {
    const ledger = opened();
    expect([0, 29, 30, 60, 61].map((minute) => stateOf(ledger, 'first_reply', minute))).toEqual([
      ...['active', 'active', 'due_soon', 'due_soon', 'overdue'],
    ]);
  });

  it.each([
    [60, 'completed_on_time'],
    [61, 'completed_late'],
  ])('a reply in minute %i is %s', (minute, state) => {
    const ledger = opened();
    then(ledger, minute, fromAgent);
    expect(stateOf(ledger, 'first_reply', 500)).toBe(state);
    const first = ledger.clocks.get('first_reply');
    expect(first && dueAt(first)).toBe(minutes(60));
    expect(stateOf(ledger, 'next_reply', 500)).toBeUndefined();
  });

  it('the next reply runs from the first message that waits for one', () => {
    const ledger = opened();
    then(ledger, 10, fromAgent);
    then(ledger, 100, fromCustomer);
    then(ledger, 150, fromCustomer);
    expect([219, 220, 221].map((minute) => stateOf(ledger, 'next_reply', minute))).toEqual(['due_soon', 'due_soon', 'overdue']);
    then(ledger, 200, fromAgent);
    expect(stateOf(ledger, 'next_reply', 500)).toBe('completed_on_time');
    then(ledger, 300, fromCustomer);
    expect(stateOf(ledger, 'next_reply', 301)).toBe('active');
  });

  it('a ticket made by hand has the close clock alone, until the customer writes', () => {
    const ledger = new Ledger([], termsOf);
    ledger.begin(START, TERMS.always);
    then(ledger, 0, {});
    expect([...ledger.clocks.keys()]).toEqual(['close']);
    then(ledger, 5, fromAgent);
    then(ledger, 10, fromCustomer);
    expect(stateOf(ledger, 'first_reply', 11)).toBe('active');
  });

  it('statuses that pause take their time out; none is due meanwhile', () => {
    const ledger = opened();
    then(ledger, 20, { place: WAITING });
    expect(stateOf(ledger, 'first_reply', 5_000)).toBe('paused');
    expect(ledger.dueAt()).toBeNull();
    then(ledger, 1_000, {});
    expect(ledger.dueAt()).toBe(minutes(1_040));
    expect(linesOf(ledger, 'close')).toEqual(['start', 'pause', 'resume']);
  });

  it('closing completes the close clock, opening again goes on with it, the time between left out', () => {
    const ledger = opened(TERMS.closing);
    then(ledger, 200, { place: CLOSED, terms: TERMS.closing });
    expect(stateOf(ledger, 'close', 9_000)).toBe('completed_on_time');
    then(ledger, 9_000, { terms: TERMS.closing });
    const close = ledger.clocks.get('close');
    expect(close && [dueAt(close), shownState(close, minutes(9_101)), elapsedMs(close, minutes(9_101))]).toEqual([
      ...[minutes(9_100), 'overdue', 301 * MINUTE_MS],
    ]);
  });

  it('nobody waits on a closed ticket: opened by hand a reply clock goes on, by the customer it starts anew', () => {
    const [byHand, byCustomer] = [opened(), opened()];
    for (const ledger of [byHand, byCustomer]) then(ledger, 50, { place: CLOSED });
    expect(stateOf(byHand, 'first_reply', 500)).toBe('paused');
    then(byHand, 1_000, {});
    expect(byHand.dueAt()).toBe(minutes(1_010));
    then(byCustomer, 1_000, fromCustomer);
    expect(byCustomer.dueAt()).toBe(minutes(1_060));
    expect(linesOf(byCustomer, 'first_reply')).toEqual(['start', 'pause', 'cancel', 'start']);
  });

  it('another policy changes the goal, not the start', () => {
    const ledger = opened();
    then(ledger, 5, { terms: TERMS.strict });
    expect(ledger.clocks.get('first_reply')?.startedAt).toBe(START);
    expect(ledger.dueAt()).toBe(minutes(15));
    then(ledger, 8, { terms: null });
    expect(ledger.dueAt()).toBeNull();
    expect(stateOf(ledger, 'first_reply', 100)).toBeNull();
  });

  it('a policy that comes later counts from the start, by its own hours', () => {
    const ledger = opened(null);
    expect(stateOf(ledger, 'first_reply', 600)).toBeNull();
    then(ledger, 600, { terms: TERMS.office });
    const first = ledger.clocks.get('first_reply');
    // Friday 15:30 to 16:30.
    expect(first && [dueAt(first), shownState(first, minutes(600))]).toEqual([minutes(60), 'overdue']);
  });

  it('what is handled late is not written before what is there', () => {
    const ledger = opened();
    then(ledger, 30, { place: WAITING });
    then(ledger, 10, fromAgent);
    expect(ledger.clocks.get('first_reply')?.completedAt).toBe(minutes(30));
  });
});

describe('D-78 what a clock tells', () => {
  it('is told once: due soon, overdue; of two that have passed, the later one', () => {
    const ledger = opened();
    expect(ledger.nextMoment()).toBe(minutes(30));
    expect(ledger.fire(minutes(29))).toEqual([]);
    expect(ledger.fire(minutes(30)).map(({ event }) => event)).toEqual(['due_soon']);
    expect(ledger.fire(minutes(31))).toEqual([]);
    expect(ledger.nextMoment()).toBe(minutes(60) + 1);
    expect(ledger.fire(minutes(61)).map(({ clock, event }) => [clock, event])).toEqual([['first_reply', 'overdue']]);
    expect(ledger.fire(minutes(62))).toEqual([]);
    expect(
      opened()
        .fire(minutes(65))
        .map(({ event }) => event),
    ).toEqual(['overdue']);
  });

  it('is not told again under other terms while it stays overdue, but once more when it was not meanwhile', () => {
    const ledger = opened(TERMS.strict);
    expect(ledger.fire(minutes(16)).map(({ event }) => event)).toEqual(['overdue']);
    then(ledger, 18, { terms: { ...TERMS.strict, id: 'office', goals: { ...TERMS.strict.goals, firstReplyMinutes: 17 } } });
    expect(ledger.fire(minutes(19))).toEqual([]);
    then(ledger, 20, { terms: TERMS.always });
    expect(ledger.fire(minutes(40)).map(({ event }) => event)).toEqual(['due_soon']);
    expect(ledger.fire(minutes(61)).map(({ event }) => event)).toEqual(['overdue']);
  });

  it('a paused or finished clock tells nothing', () => {
    const ledger = opened(TERMS.always, WAITING);
    expect([ledger.nextMoment(), ledger.fire(minutes(500))]).toEqual([null, []]);
    then(ledger, 500, { ...fromAgent, place: CLOSED });
    expect([ledger.nextMoment(), ledger.fire(minutes(9_000))]).toEqual([null, []]);
  });
});
