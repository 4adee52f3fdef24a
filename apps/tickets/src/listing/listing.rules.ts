import { createHash } from 'node:crypto';
import type { ListTicketsArgs, TicketSort } from '@helpdesk/contracts';
import { invalidField, isUuid } from '@helpdesk/platform';

interface Column {
  column: string;
  /** SQL for what the cursor keeps of a row: digits that give back exactly the value they came from. */
  kept: string;
  /** The way back: SQL that makes the column's value of the parameter. */
  restored: (parameter: string) => string;
  /** Rows without a value come last, whichever way it is sorted. */
  mayBeNone?: boolean;
}

interface Place {
  value: string;
  id: string;
}

/** Rows of a list that one index gives in their order. */
interface Stretch {
  /** What tells them from the rest of the list. */
  holds: string[];
  orderBy: string;
  kept: string;
  /** What lies behind a place in this stretch. */
  behind: (place: Place, add: (value: unknown) => string) => string;
}

const time = (column: string): Column => ({
  column,
  // Microseconds, as PostgreSQL keeps times.
  kept: `(extract(epoch FROM ${column}) * 1000000)::bigint::text`,
  restored: (parameter: string) => `(timestamptz 'epoch' + ${parameter}::bigint * interval '1 microsecond')`,
});
const whole = (column: string, type: string): Column => ({
  column,
  kept: `${column}::text`,
  restored: (parameter) => `${parameter}::${type}`,
});
const COLUMNS: Record<string, Column> = {
  lastActivityAt: time('t.last_activity_at'),
  createdAt: time('t.created_at'),
  number: whole('t.number', 'bigint'),
  priority: whole('t.priority_rank', 'bigint'),
  slaDueAt: { ...time('t.sla_due_at'), mayBeNone: true },
};
/** What a cursor keeps of a row without a value. */
const NONE = '';

/** A list in its order, one stretch after the other. */
export function stretchesOf(sort: TicketSort): Stretch[] {
  const [way, beyond] = sort.startsWith('-') ? ['DESC', '<'] : ['ASC', '>'];
  const { column, kept, restored, mayBeNone } = COLUMNS[sort.replace('-', '')] as Column;
  const valued: Stretch = {
    holds: mayBeNone ? [`${column} IS NOT NULL`] : [],
    orderBy: `${column} ${way}, t.id ${way}`,
    kept,
    behind: ({ value, id }, add) => `(${column}, t.id) ${beyond} (${restored(add(value))}, ${add(id)}::uuid)`,
  };
  if (!mayBeNone) return [valued];
  const none: Stretch = {
    holds: [`${column} IS NULL`],
    orderBy: `t.id ${way}`,
    kept: `'${NONE}'`,
    behind: ({ id }, add) => `t.id ${beyond} ${add(id)}::uuid`,
  };
  return [valued, none];
}

/** What is left of a list behind a place, and in its first stretch only from there on. */
export const restOf = (stretches: Stretch[], place: Place | undefined): Stretch[] =>
  place?.value === NONE ? stretches.slice(-1) : stretches;

/** What tells a list from others: a cursor continues the list that it came from, and no other. */
export const listIdOf = ({ view, filter, q, contactId }: Omit<ListTicketsArgs, 'limit'>, sort: TicketSort): string => {
  const rest = JSON.stringify([view, filter, q, contactId]);
  return `${sort} ${createHash('sha256').update(rest).digest('base64url').slice(0, 8)}`;
};

/** `value`: what {@link Stretch.kept} gave for the last row of the page. */
export const writeCursor = (listId: string, value: string, id: string): string =>
  Buffer.from(JSON.stringify([listId, value, id])).toString('base64url');

/** Throws 422 for anything that is not a cursor of this list. */
export function readCursor(cursor: string, listId: string, stretches: Stretch[]): Place {
  try {
    const [itsList, value, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    // Sixteen digits of microseconds reach beyond the year 2200.
    const isValue = typeof value === 'string' && (/^\d{1,16}$/.test(value) || (value === NONE && stretches.length > 1));
    if (itsList === listId && isValue && typeof id === 'string' && isUuid(id)) return { value, id };
  } catch {
    /* falls through to the refusal */
  }
  throw invalidField('/cursor', 'invalid', 'is not a cursor of this list');
}
