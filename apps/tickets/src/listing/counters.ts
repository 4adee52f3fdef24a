import { actionToSql, scopePartsToSql, type TicketScope } from '@helpdesk/access';
import type { Filter, TicketViewId } from '@helpdesk/contracts';

/** Views that hold a large part of all tickets: summed from tickets.ticket_count. What each holds, on a row with state and owner. */
const SUMMED = {
  unassigned: () => `x.state = 'open' AND x.owner_id IS NULL`,
  mine: (user) => `x.state = 'open' AND x.owner_id = ${user()}::uuid`,
  all_open: () => `x.state = 'open'`,
  all_closed: () => `x.state = 'closed'`,
  spam: () => `x.state = 'spam' AND x.may_delete`,
  trash: () => `x.state = 'trash' AND x.may_delete`,
} satisfies Partial<Record<TicketViewId, (user: () => string) => string>>;
type SummedView = keyof typeof SUMMED;

/** True where a filter can hold open tickets alone, which are few among all: such views are counted in one walk over them. */
export function isOfOpen(filter: Filter): boolean {
  if ('and' in filter) return filter.and.some(isOfOpen);
  if ('or' in filter) return filter.or.every(isOfOpen);
  return filter.field === 'closedAt' && filter.op === 'is_empty';
}

export const isSummed = (view: TicketViewId): view is SummedView => Object.hasOwn(SUMMED, view);

/** A query of one row that counts these views for a person: the sums he sees, and each ticket that a share alone shows him. */
export function summedToSql(scope: TicketScope, views: SummedView[], add: (value: unknown) => string): string {
  const { byRule, byShareAlone } = scopePartsToSql(scope, 'c', 't', add);
  const mayDelete = (row: string) => (views.includes('trash') || views.includes('spam') ? actionToSql(scope, 'delete', row, add) : 'false');
  const parts = [
    `SELECT c.state, c.owner_id, c.tickets, ${mayDelete('c')} AS may_delete FROM tickets.ticket_count c WHERE ${byRule}`,
    ...(byShareAlone === 'false'
      ? []
      : [`SELECT tickets.state_of(t), t.owner_id, 1, ${mayDelete('t')} FROM tickets.ticket t WHERE t.is_shared AND ${byShareAlone}`]),
  ];
  const sums = views.map((view) => `coalesce(sum(x.tickets) FILTER (WHERE ${SUMMED[view](() => add(scope.userId))}), 0)::int AS "${view}"`);
  return `SELECT ${sums.join(', ')} FROM (${parts.join(' UNION ALL ')}) x`;
}
