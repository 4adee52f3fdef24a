import { WEEKDAYS, type WorkingHours } from '@helpdesk/contracts';

/** How working time passes. All moments and lengths are in ms. */
export interface Schedule {
  /** Working time between two moments. */
  workingMs(from: number, to: number): number;
  /** The first moment at which so much working time has passed since `from`; null: not within {@link HORIZON_DAYS}. */
  momentAfter(from: number, workingMs: number): number | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** What is not due within ten years is never due: hours that are almost nothing but holidays end here. */
const HORIZON_DAYS = 3_660;
/** Local time is at most so far behind or ahead of UTC. */
const MAX_BEHIND_MS = 12 * HOUR_MS;
const MAX_AHEAD_MS = 14 * HOUR_MS;
const MAX_REMEMBERED_DAYS = 2_000;

type Span = [from: number, to: number];
const clockMinutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const mod = (n: number, by: number) => ((n % by) + by) % by;

export const AROUND_THE_CLOCK: Schedule = {
  workingMs: (from, to) => Math.max(0, to - from),
  momentAfter: (from, workingMs) => from + workingMs,
};

/** null = around the clock. */
export function scheduleOf(hours: WorkingHours | null): Schedule {
  return hours ? new BusinessTime(hours) : AROUND_THE_CLOCK;
}

/** Minutes of the day in which people work: an instant counts when the clock on their wall shows one of them. So days with 23 and 25 hours come out right. */
class BusinessTime implements Schedule {
  /** By weekday from Monday, in minutes of the day. */
  private readonly weekly: Span[][];
  private readonly holidays: Set<number>;
  private readonly zone: Zone;
  private readonly days = new Map<number, Span[]>();

  constructor({ timeZone, weekly, holidays }: WorkingHours) {
    this.weekly = WEEKDAYS.map((day) => (weekly[day] ?? []).map(({ from, to }): Span => [clockMinutes(from), clockMinutes(to)]));
    this.holidays = new Set(holidays.map((day) => Date.parse(`${day}T00:00:00Z`) / DAY_MS));
    this.zone = zoneOf(timeZone);
  }

  workingMs(from: number, to: number): number {
    let sum = 0;
    const last = Math.floor((to + MAX_AHEAD_MS) / DAY_MS);
    for (let day = firstDay(from); day <= last; day++)
      for (const [start, end] of this.spansOf(day)) sum += Math.max(0, Math.min(end, to) - Math.max(start, from));
    return sum;
  }

  momentAfter(from: number, workingMs: number): number | null {
    if (workingMs <= 0) return from;
    let rest = workingMs;
    const first = firstDay(from);
    for (let day = first; day <= first + HORIZON_DAYS; day++)
      for (const [start, end] of this.spansOf(day)) {
        const begin = Math.max(start, from);
        if (end - begin >= rest) return begin + rest;
        rest -= Math.max(0, end - begin);
      }
    return null;
  }

  /** When people work on a day of their calendar, counted from 1970-01-01. */
  private spansOf(day: number): Span[] {
    const known = this.days.get(day);
    if (known) return known;
    // 1970-01-01 was a Thursday.
    const minutes = this.holidays.has(day) ? [] : (this.weekly[mod(day + 3, 7)] ?? []);
    const stretches = minutes.length > 0 ? [-1, 0, 1].flatMap((beside) => this.zone.stretchesOf(day + beside)) : [];
    const spans = minutes.flatMap(([a, b]) =>
      stretches.map(({ from, to, offsetMs }): Span => {
        const midnight = day * DAY_MS - offsetMs;
        return [Math.max(from, midnight + a * MINUTE_MS), Math.min(to, midnight + b * MINUTE_MS)];
      }),
    );
    const found = spans.filter(([start, end]) => start < end).sort(([a], [b]) => a - b);
    if (this.days.size >= MAX_REMEMBERED_DAYS) this.days.clear();
    this.days.set(day, found);
    return found;
  }
}

/** The earliest calendar day that it may be anywhere. */
const firstDay = (moment: number) => Math.floor((moment - MAX_BEHIND_MS) / DAY_MS);

interface Stretch {
  from: number;
  to: number;
  /** What local time is ahead of UTC. */
  offsetMs: number;
}

/** Where local time differs from UTC, and when that changes. */
class Zone {
  private readonly format: Intl.DateTimeFormat;
  private readonly days = new Map<number, Stretch[]>();

  constructor(timeZone: string) {
    const numeric = 'numeric' as const;
    this.format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric },
    });
  }

  /** The parts of a day in UTC with one offset each. No zone changes twice in a day. */
  stretchesOf(utcDay: number): Stretch[] {
    const known = this.days.get(utcDay);
    if (known) return known;
    const [from, to] = [utcDay * DAY_MS, (utcDay + 1) * DAY_MS];
    const [offsetMs, next] = [this.offsetAt(from), this.offsetAt(to)];
    const stretches: Stretch[] = [];
    if (offsetMs === next) stretches.push({ from, to, offsetMs });
    else {
      // Clocks change on a whole second.
      let [before, after] = [from, to];
      while (after - before > 1_000) {
        const middle = before + Math.floor((after - before) / 2_000) * 1_000;
        if (this.offsetAt(middle) === offsetMs) before = middle;
        else after = middle;
      }
      stretches.push({ from, to: after, offsetMs }, { from: after, to, offsetMs: next });
    }
    if (this.days.size >= MAX_REMEMBERED_DAYS) this.days.clear();
    this.days.set(utcDay, stretches);
    return stretches;
  }

  private offsetAt(moment: number): number {
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of this.format.formatToParts(moment)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment / 1_000) * 1_000;
  }
}

/** Making a formatter costs far more than using it. There are some hundred zones, but many ways to spell one. */
const zones = new Map<string, Zone>();
const MAX_ZONES = 1_000;
function zoneOf(timeZone: string): Zone {
  let zone = zones.get(timeZone);
  if (!zone) {
    zone = new Zone(timeZone);
    if (zones.size >= MAX_ZONES) zones.clear();
    zones.set(timeZone, zone);
  }
  return zone;
}

/** Whether it is a time zone that this machine knows: by its place, not by an offset. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    zoneOf(name);
    return true;
  } catch {
    return false;
  }
}
