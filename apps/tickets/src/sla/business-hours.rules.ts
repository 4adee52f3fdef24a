import { WEEKDAYS, type BusinessHoursFields, type BusinessHoursView, type WorkingInterval } from '@helpdesk/contracts';
import { isDay, type FieldProblem } from '@helpdesk/platform';
import { isTimeZone } from './business-time.rules.js';

/** Business hours as they are to be: what is given in the place of what there was; holidays in order, each once. */
export function planHours(old: BusinessHoursView | undefined, given: BusinessHoursFields & { id: string }): BusinessHoursView {
  const weekly = given.weekly ?? old?.weekly ?? {};
  return {
    id: given.id,
    name: (given.name ?? old?.name ?? '').trim(),
    timeZone: given.timeZone ?? old?.timeZone ?? '',
    weekly: Object.fromEntries(WEEKDAYS.map((day) => [day, weekly[day] ?? []])),
    holidays: [...new Set(given.holidays ?? old?.holidays ?? [])].sort(),
  };
}

/** What is wrong with them; empty when nothing is. */
export function hoursProblems({ name, timeZone, weekly, holidays }: BusinessHoursView): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const complain = (pointer: string, code: string, detail: string) => void problems.push({ pointer, code, detail });
  if (name === '') complain('/name', 'required', 'must not be blank');
  if (!isTimeZone(timeZone)) complain('/timeZone', 'unknown', 'is no time zone such as Europe/Berlin');
  if (WEEKDAYS.every((day) => (weekly[day] ?? []).length === 0)) complain('/weekly', 'required', 'needs a time at which somebody works');
  for (const day of WEEKDAYS) {
    const intervals = weekly[day] ?? [];
    for (const [i, interval] of intervals.entries()) {
      if (interval.from >= interval.to) complain(`/weekly/${day}/${i}/to`, 'not_after', 'must be later than from');
      else if (intervals.slice(0, i).some((other) => overlap(interval, other)))
        complain(`/weekly/${day}/${i}`, 'overlaps', 'overlaps another one of the day');
    }
  }
  for (const [i, holiday] of holidays.entries())
    if (!isDay(holiday)) complain(`/holidays/${i}`, 'wrong_value', 'is no day such as 2026-12-25');
  return problems;
}

// Times of one length in digits: their order as texts is that of the clock.
const overlap = (a: WorkingInterval, b: WorkingInterval) => a.from < b.to && b.from < a.to;
