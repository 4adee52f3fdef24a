import { isISO8601 } from 'class-validator';

/** A day such as 2026-11-22 that PostgreSQL takes as well: years from 1 on. */
export const isDay = (value: unknown): value is string =>
  typeof value === 'string' && /^(?!0000)\d{4}-\d\d-\d\d$/.test(value) && isISO8601(value, { strict: true });

const TIME = /^T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/i;
const DAY_LENGTH = '2026-11-22'.length;

/** A time with its offset such as 2026-11-22T10:00:00Z (RFC 3339), offsets as they exist. Weeks and bare dates are none. */
export const isMoment = (value: unknown): value is string =>
  typeof value === 'string' && isDay(value.slice(0, DAY_LENGTH)) && TIME.test(value.slice(DAY_LENGTH));
