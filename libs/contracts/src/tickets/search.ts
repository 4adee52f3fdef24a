import { query } from '../rpc-pattern.js';
import type { TicketRow } from './patterns.js';

/** Part of a text in which something was found, as it stands there. */
export interface Highlight {
  text: string;
  /** From (included) to (not included) which UTF-16 unit of `text` what was found stands. */
  ranges: { from: number; to: number }[];
}
export interface FoundTicket extends TicketRow {
  /** Null when it was found by its number alone. */
  highlight: Highlight | null;
}

/** The newest activity first, after the ticket that has the number which was asked for. */
export const SearchTickets = query<{ q: string; limit: number }, { items: FoundTicket[] }>('tickets', 'search');
