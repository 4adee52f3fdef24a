import { WEEKDAYS, type WorkingHours } from '@helpdesk/contracts';
import { scheduleOf } from './business-time.rules.js';
import type { Place } from './ledger.rules.js';
import type { Terms } from './sla.rules.js';

/** What the specs of the ledger tell their stories with. */
export const START = Date.parse('2026-11-27T15:30:00Z');
const OFFICE: WorkingHours = {
  timeZone: 'UTC',
  weekly: Object.fromEntries(WEEKDAYS.slice(0, 5).map((day) => [day, [{ from: '09:00', to: '17:00' }]])),
  holidays: ['2026-12-01'],
};
const terms = (
  id: string,
  minutes: [number | null, number | null, number | null],
  hours: WorkingHours | null,
  dueSoonMinutes: number,
): Terms => {
  const [firstReplyMinutes, nextReplyMinutes, closeMinutes] = minutes;
  const goals = { firstReplyMinutes, nextReplyMinutes, closeMinutes };
  return { id, policyId: id, goals, schedule: scheduleOf(hours), pausedStageIds: ['waiting'], dueSoonMinutes, onOverdue: null };
};
export const TERMS = {
  always: terms('always', [60, 120, 600], null, 30),
  office: terms('office', [60, 120, 600], OFFICE, 30),
  strict: terms('strict', [15, 30, 60], OFFICE, 15),
  closing: terms('closing', [null, null, 300], null, 0),
};
export const termsOf = (id: string): Terms => TERMS[id as keyof typeof TERMS];
export const AT_DESK: Place = { stageId: 'open', isClosed: false, isDeleted: false };
