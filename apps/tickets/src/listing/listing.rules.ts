import { createHash } from 'node:crypto';
import type { ListTicketsArgs, TicketSort } from '@helpdesk/contracts';
import { invalidField, isUuid } from '@helpdesk/platform';

interface Order {
  column: string;
  isDescending: boolean;
  /** SQL for what the cursor keeps of a row: digits that give back exactly the value they came from. */
  kept: string;
  /** The way back: SQL that makes the column's value of the parameter. */
  restored: (parameter: string) => string;
}

const time = (column: string) => ({
  column,
  // Microseconds, as PostgreSQL keeps times.
  kept: `(extract(epoch FROM ${column}) * 1000000)::bigint::text`,
  restored: (parameter: string) => `(timestamptz 'epoch' + ${parameter}::bigint * interval '1 microsecond')`,
});
const COLUMNS = {
  lastActivityAt: time('t.last_activity_at'),
  createdAt: time('t.created_at'),
  number: { column: 't.number', kept: 't.number::text', restored: (parameter: string) => `${parameter}::bigint` },
};

export function orderOf(sort: TicketSort): Order {
  const isDescending = sort.startsWith('-');
  return { ...COLUMNS[(isDescending ? sort.slice(1) : sort) as keyof typeof COLUMNS], isDescending };
}

/** What tells a list from others: a cursor continues the list that it came from, and no other. */
export const listIdOf = ({ view, filter, q, contactId }: Omit<ListTicketsArgs, 'limit'>, sort: TicketSort): string => {
  const rest = JSON.stringify([view, filter, q, contactId]);
  return `${sort} ${createHash('sha256').update(rest).digest('base64url').slice(0, 8)}`;
};

/** `value`: what {@link Order.kept} gave for the last row of the page. */
export const writeCursor = (listId: string, value: string, id: string): string =>
  Buffer.from(JSON.stringify([listId, value, id])).toString('base64url');

/** Throws 422 for anything that is not a cursor of this list. */
export function readCursor(cursor: string, listId: string): { value: string; id: string } {
  try {
    const [itsList, value, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    // Sixteen digits of microseconds reach beyond the year 2200.
    const isValue = typeof value === 'string' && /^\d{1,16}$/.test(value);
    if (itsList === listId && isValue && typeof id === 'string' && isUuid(id)) return { value, id };
  } catch {
    /* falls through to the refusal */
  }
  throw invalidField('/cursor', 'invalid', 'is not a cursor of this list');
}
