import { VisibleTickets, type Page } from '@helpdesk/contracts';
import { pageOf, type RpcClient } from '@helpdesk/platform';
import { actorFor, type Principal } from '../auth/principal.js';

/** Read at once: a walk over much that is hidden takes few steps, whatever page was asked for. */
const STEP = 200;

interface Source<T extends { id: string }> {
  limit: number;
  cursor: string | undefined;
  /** A page of everything, seen or not, after the item with the id `cursor`. */
  fetch(limit: number, cursor: string | undefined): Promise<Page<T>>;
  /** The ticket an item tells of, null when of none. */
  ticketOf(item: T): string | null;
}

/**
 * A page of what is told about tickets, as far as the asker may see those now. Filled to its end from further pages: a shorter page, or a
 * cursor of something hidden, would tell of what is hidden.
 */
export async function visiblePage<T extends { id: string }>(rpc: RpcClient, me: Principal, source: Source<T>): Promise<Page<T>> {
  const found: T[] = [];
  for (let at = source.cursor; found.length <= source.limit;) {
    const page = await source.fetch(STEP, at);
    const ids = [...new Set(page.items.map((item) => source.ticketOf(item)).filter((id) => id !== null))];
    const visible = ids.length > 0 ? (await rpc.call(VisibleTickets, actorFor(me), { ids })).ids : [];
    for (const item of page.items) {
      const ticketId = source.ticketOf(item);
      if (ticketId === null || visible.includes(ticketId)) found.push(item);
    }
    if (page.nextCursor === null) break;
    at = page.nextCursor;
  }
  return pageOf(found, source.limit);
}
