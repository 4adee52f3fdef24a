import { describe, expect, it } from '@jest/globals';
import { WEEKDAYS, type WorkingHours } from '@helpdesk/contracts';
import fc from 'fast-check';
import { AROUND_THE_CLOCK, isTimeZone, scheduleOf } from './business-time.rules.js';

const MINUTE = 60_000;
const at = (text: string) => Date.parse(text);
const nineToFive = (timeZone: string, more: Partial<WorkingHours> = {}): WorkingHours => ({
  timeZone,
  weekly: Object.fromEntries(WEEKDAYS.slice(0, 5).map((day) => [day, [{ from: '09:00', to: '17:00' }]])),
  holidays: [],
  ...more,
});
/** Every day, all night long. */
const nights = (timeZone: string): WorkingHours => ({
  timeZone,
  weekly: Object.fromEntries(WEEKDAYS.map((day) => [day, [{ from: '00:00', to: '04:00' }]])),
  holidays: [],
});

describe('D-75 working time', () => {
  it('passes on weekdays between nine and five', () => {
    const { workingMs, momentAfter } = bound(nineToFive('Europe/Berlin'));
    // Friday 16:30 to Monday 10:00 in winter.
    const [friday, monday] = [at('2026-11-27T15:30:00Z'), at('2026-11-30T09:00:00Z')];
    expect(workingMs(friday, monday)).toBe(90 * MINUTE);
    expect(momentAfter(friday, 90 * MINUTE)).toBe(monday);
    // Used up at the very end of a day, it is not pushed to the next one.
    expect(momentAfter(friday, 30 * MINUTE)).toBe(at('2026-11-27T16:00:00Z'));
    expect(momentAfter(friday, 0)).toBe(friday);
  });

  it('knows holidays by the calendar of the place (D-78)', () => {
    const { workingMs } = bound(nineToFive('Pacific/Auckland', { holidays: ['2026-12-25'] }));
    // Friday the 25th there begins at 11:00 UTC on Thursday.
    expect(workingMs(at('2026-12-23T00:00:00Z'), at('2026-12-26T00:00:00Z'))).toBe((4 + 8) * 60 * MINUTE);
  });

  it.each([
    ['a day of 23 hours', '2026-03-29T00:00:00+01:00', '2026-03-30T00:00:00+02:00', 3],
    ['a day of 25 hours', '2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00', 5],
  ])('counts what the clock on the wall shows on %s', (_what, from, to, hours) => {
    expect(bound(nights('Europe/Berlin')).workingMs(at(from), at(to))).toBe(hours * 60 * MINUTE);
  });

  it('around the clock is every minute', () => {
    expect(AROUND_THE_CLOCK.workingMs(1_000, 61_000)).toBe(MINUTE);
    expect(AROUND_THE_CLOCK.momentAfter(1_000, MINUTE)).toBe(61_000);
    expect(scheduleOf(null)).toBe(AROUND_THE_CLOCK);
  });

  it('gives up where nobody ever works', () => {
    expect(bound({ timeZone: 'UTC', weekly: {}, holidays: [] }).momentAfter(0, MINUTE)).toBeNull();
  });

  it.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Asia/Kolkata', true],
    ['Middle/Earth', false],
    ['+02:00', false],
    ['', false],
  ])('%p is a time zone: %p', (name, is) => expect(isTimeZone(name)).toBe(is));
});

/** Zones with half hours, quarter hours, half an hour of summer time, both halves of the world, and the far ends. */
const ZONES = [
  ...[
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago',
  ],
  ...['America/Santiago', 'Africa/Casablanca', 'Asia/Kolkata', 'America/St_Johns', 'UTC'],
];
const MINUTES_OF_DAY = 24 * 60;
const clock = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
/** Non-empty, apart from each other, the last one perhaps up to midnight. */
const intervals = fc
  .uniqueArray(fc.integer({ min: 0, max: MINUTES_OF_DAY / 15 }), { maxLength: 4 })
  .map((marks) => marks.sort((a, b) => a - b).map((mark) => mark * 15))
  .map((marks) =>
    Array.from({ length: Math.floor(marks.length / 2) }, (_, i) => ({ from: clock(marks[2 * i] ?? 0), to: clock(marks[2 * i + 1] ?? 0) })),
  );
/** Days around which clocks change somewhere, and any others. */
const days = fc.oneof(
  fc
    .constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01', '2027-02-07', '2027-03-14')
    .map((day) => at(`${day}T00:00:00Z`)),
  fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2034-01-01T00:00:00Z') }),
);
const cases = fc.record({
  hours: fc.record({
    timeZone: fc.constantFrom(...ZONES),
    weekly: fc.tuple(...WEEKDAYS.map(() => intervals)).map((all) => Object.fromEntries(WEEKDAYS.map((day, i) => [day, all[i] ?? []]))),
    holidays: fc.array(fc.constantFrom('2026-03-29', '2026-10-25', '2026-11-01', '2026-03-30'), { maxLength: 2 }),
  }),
  from: fc
    .tuple(days, fc.integer({ min: -1_440, max: 1_440 }))
    .map(([day, minutes]) => Math.floor(day / MINUTE) * MINUTE + minutes * MINUTE),
  minutes: fc.integer({ min: 0, max: 3 * MINUTES_OF_DAY }),
});

/** Minute by minute: what does the clock on the wall show, and does anybody work then? */
function slowly({ timeZone, weekly, holidays }: WorkingHours) {
  const wall = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const isWorking = (moment: number) => {
    const [day = '', time = ''] = wall.format(moment).split(' ');
    const weekday = WEEKDAYS[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] ?? 'monday';
    return !holidays.includes(day) && (weekly[weekday] ?? []).some(({ from, to }) => from <= time && time < to);
  };
  return (from: number, minutes: number) => Array.from({ length: minutes }, (_, i) => from + i * MINUTE).filter(isWorking);
}
const bound = (hours: WorkingHours) => {
  const schedule = scheduleOf(hours);
  return { workingMs: schedule.workingMs.bind(schedule), momentAfter: schedule.momentAfter.bind(schedule) };
};

describe('working time against a count of every minute', () => {
  it('is as long', () => {
    const check = fc.property(cases, ({ hours, from, minutes }) => {
      const counted = slowly(hours)(from, minutes).length;
      expect(bound(hours).workingMs(from, from + minutes * MINUTE)).toBe(counted * MINUTE);
    });
    fc.assert(check, { numRuns: 150 });
  });

  it('is over at the same moment', () => {
    const check = fc.property(cases, fc.integer({ min: 1, max: 2_000 }), ({ hours, from }, minutes) => {
      const last = slowly(hours)(from, 3 * MINUTES_OF_DAY)[minutes - 1];
      const moment = bound(hours).momentAfter(from, minutes * MINUTE);
      // Where it takes longer than what was counted, it must be later than that.
      if (last === undefined) expect(moment ?? Infinity).toBeGreaterThan(from + 3 * MINUTES_OF_DAY * MINUTE);
      else expect(moment).toBe(last + MINUTE);
    });
    fc.assert(check, { numRuns: 150 });
  });

  it('is the sum of its parts, to the millisecond', () => {
    const part = fc.integer({ min: 0, max: 5 * MINUTES_OF_DAY * MINUTE });
    const check = fc.property(cases, part, part, ({ hours, from }, a, b) => {
      const { workingMs, momentAfter } = bound(hours);
      const whole = workingMs(from, from + a + b);
      expect(workingMs(from, from + a) + workingMs(from + a, from + a + b)).toBe(whole);
      if (whole > 0) expect(workingMs(from, momentAfter(from, whole) ?? 0)).toBe(whole);
    });
    fc.assert(check, { numRuns: 500 });
  });
});
