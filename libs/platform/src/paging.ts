import type { Page } from '@helpdesk/contracts';

/** The page of `limit` items, of which one more was read if there is one. Its cursor is the id of the last one. */
export function pageOf<T extends { id: string }>(found: T[], limit: number): Page<T> {
  const items = found.slice(0, limit);
  return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
}
