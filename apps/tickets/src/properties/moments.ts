import { isISO8601 } from 'class-validator';

/** Days and times that PostgreSQL takes as well: years from 1 on, offsets as they exist. */
export const isDay = (value: unknown): value is string =>
  typeof value === 'string' && /^(?!0000)\d{4}-\d\d-\d\d$/.test(value) && isISO8601(value, { strict: true });

const TIME = /^T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;
const DAY_LENGTH = '2026-11-22'.length;

export const isMoment = (value: unknown): value is string =>
  typeof value === 'string' && isDay(value.slice(0, DAY_LENGTH)) && TIME.test(value.slice(DAY_LENGTH));
