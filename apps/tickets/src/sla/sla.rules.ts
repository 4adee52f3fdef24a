import type { SlaCause, SlaClock, SlaEscalation, SlaEventName, SlaGoals, SlaState } from '@helpdesk/contracts';
import type { Schedule } from './business-time.rules.js';

/** What a policy promises, as it was when it was saved. */
export interface Terms {
  id: string;
  policyId: string;
  goals: SlaGoals;
  schedule: Schedule;
  pausedStageIds: string[];
  dueSoonMinutes: number;
  onOverdue: SlaEscalation | null;
}

/** One line of the ledger. Times are in ms. */
export interface LedgerEvent {
  clock: SlaClock;
  seq: number;
  event: SlaEventName;
  at: number;
  /** Within one, a clock becomes due once. */
  generation: number;
  termsId: string | null;
  cause: SlaCause;
}

/** A time that counts; `to` null = still running. Before any terms it is counted by those that follow. */
interface Segment {
  from: number;
  to: number | null;
  schedule: Schedule | null;
}

/** A clock in its present round, as its part of the ledger tells. */
export interface ClockState {
  clock: SlaClock;
  phase: 'running' | 'paused' | 'completed' | 'cancelled';
  startSeq: number;
  startedAt: number;
  completedAt: number | null;
  lastAt: number;
  generation: number;
  terms: Terms | null;
  segments: Segment[];
  /** What was told of in this generation. */
  fired: Set<'due_soon' | 'overdue'>;
  pausedBy: SlaCause['kind'] | null;
}

export const MINUTE_MS = 60_000;
const GOALS = { first_reply: 'firstReplyMinutes', next_reply: 'nextReplyMinutes', close: 'closeMinutes' } as const;

/** The clock after one more line; throws when the line does not follow from what was before. */
export function withEvent(state: ClockState | undefined, event: LedgerEvent, terms: Terms | null): ClockState {
  const { clock, seq: startSeq, at, generation } = event;
  if (event.event === 'start') {
    const segments = [{ from: at, to: null, schedule: terms?.schedule ?? null }];
    const begun = { clock, startSeq, startedAt: at, lastAt: at, generation, terms, segments };
    return { ...begun, phase: 'running', completedAt: null, fired: new Set(), pausedBy: null };
  }
  if (!state) throw new TypeError(`the ledger of ${clock} begins with ${event.event}`);
  const next: ClockState = { ...state, lastAt: at, generation, fired: generation === state.generation ? new Set(state.fired) : new Set() };
  const stopped = () => state.segments.map((segment) => (segment.to === null ? { ...segment, to: at } : segment));
  const running = (by: Terms | null) => [...stopped(), { from: at, to: null, schedule: by?.schedule ?? null }];
  switch (event.event) {
    case 'pause':
      return { ...next, phase: 'paused', segments: stopped(), pausedBy: event.cause.kind };
    case 'resume':
      return { ...next, phase: 'running', segments: running(state.terms), pausedBy: null };
    case 'complete':
      return { ...next, phase: 'completed', segments: stopped(), completedAt: at };
    case 'cancel':
      return { ...next, phase: 'cancelled', segments: stopped() };
    case 'restart':
      return { ...next, phase: 'running', terms, segments: countedBy(running(terms), terms), completedAt: null, pausedBy: null };
    case 'terms':
      return { ...next, terms, segments: countedBy(state.phase === 'running' ? running(terms) : state.segments, terms) };
    default:
      return { ...next, fired: next.fired.add(event.event) };
  }
}

/** Time from before there was a policy counts by the first one. */
const countedBy = (segments: Segment[], terms: Terms | null): Segment[] =>
  segments.map((segment) => ({ ...segment, schedule: segment.schedule ?? terms?.schedule ?? null }));

export function goalMinutesOf({ clock, terms }: ClockState): number | null {
  return terms?.goals[GOALS[clock]] ?? null;
}

/** Working time that counts so far. */
export function elapsedMs({ segments }: ClockState, now: number): number {
  return segments.reduce((sum, { from, to, schedule }) => sum + (schedule?.workingMs(from, to ?? now) ?? 0), 0);
}

/** When so much of its time was, or will be, used up; null: it is paused before that, or never. */
function momentOf({ segments, phase, completedAt }: ClockState, workingMs: number): number | null {
  let rest = workingMs;
  for (const { from, to, schedule } of segments) {
    if (!schedule) return null;
    // A clock that ran to its end is shown with the time at which it would have been due.
    const isOpen = to === null || (phase === 'completed' && to === completedAt);
    const worked = isOpen ? Infinity : schedule.workingMs(from, to);
    if (rest <= worked) return schedule.momentAfter(from, rest);
    rest -= worked;
  }
  return null;
}

export function dueAt(state: ClockState): number | null {
  const goal = goalMinutesOf(state);
  return goal === null ? null : momentOf(state, goal * MINUTE_MS);
}

export function dueSoonAt(state: ClockState): number | null {
  const goal = goalMinutesOf(state);
  return goal === null ? null : momentOf(state, Math.max(0, goal - (state.terms?.dueSoonMinutes ?? 0)) * MINUTE_MS);
}

/** Done after its due time; at the due time itself is in time. */
export function isLate(state: ClockState): boolean {
  const due = dueAt(state);
  return state.completedAt !== null && due !== null && state.completedAt > due;
}

/** As people see it; null: it has no goal, or counts no more. */
export function shownState(state: ClockState, now: number): SlaState | null {
  if (goalMinutesOf(state) === null || state.phase === 'cancelled') return null;
  if (state.phase === 'paused') return 'paused';
  if (state.phase === 'completed') return isLate(state) ? 'completed_late' : 'completed_on_time';
  const [soon, due] = [dueSoonAt(state), dueAt(state)];
  if (due !== null && now > due) return 'overdue';
  return soon !== null && now >= soon && due !== soon ? 'due_soon' : 'active';
}

/** When the clock next has something to tell; null: never, as it stands. */
export function nextMoment(state: ClockState): number | null {
  const due = dueAt(state);
  if (state.phase !== 'running' || due === null || state.fired.has('overdue')) return null;
  const soon = dueSoonAt(state);
  // The due time itself is in time.
  return soon === null || soon >= due || state.fired.has('due_soon') ? due + 1 : soon;
}

/** What it has to tell now, once in a generation: of two that have passed, the later one. */
export function firingOf(state: ClockState, now: number): 'due_soon' | 'overdue' | null {
  if (state.phase !== 'running') return null;
  const shown = shownState(state, now);
  if ((shown !== 'due_soon' && shown !== 'overdue') || state.fired.has(shown)) return null;
  return shown;
}
