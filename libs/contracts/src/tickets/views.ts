import { command, query } from '../rpc-pattern.js';
import type { TicketSort, TicketViewId } from './patterns.js';

export const FILTER_OPS = ['eq', 'ne', 'in', 'not_in', 'lt', 'lte', 'gt', 'gte', 'contains', 'is_empty', 'is_not_empty'] as const;
export type FilterOp = (typeof FILTER_OPS)[number];
export interface FilterCondition {
  /** A field of the ticket, or `properties.<name>`. */
  field: string;
  op: FilterOp;
  /** A list for `in` and `not_in`, nothing for the last two. */
  value?: unknown;
}
export type Filter = FilterCondition | { and: Filter[] } | { or: Filter[] };

export const VIEW_AUDIENCES = ['me', 'team', 'everyone'] as const;
export type ViewAudience = (typeof VIEW_AUDIENCES)[number];

export interface ViewFields {
  name: string;
  filter: Filter;
  /** What the table shows; for the page alone. */
  columns: string[];
  sort: TicketSort;
  sharedWith: ViewAudience;
  /** Whom it is shared with when that is `team`. */
  teamIds: string[];
}
export interface CustomView extends ViewFields {
  id: string;
  ownerId: string;
}

/** `managesAll`: he may change what others have shared. */
export type ChangeViewArgs = Partial<ViewFields> & { id: string; managesAll: boolean };

/** His own, and what is shared with him, by name. */
export const ListViews = query<Record<string, never>, { items: CustomView[] }>('tickets', 'views');
export const CreateView = command<ViewFields & { id: string }, CustomView>('tickets', 'create-view');
export const ChangeView = command<ChangeViewArgs, CustomView>('tickets', 'change-view');
export const DeleteView = command<{ id: string; managesAll: boolean }, { deleted: true }>('tickets', 'delete-view');
/** How many tickets each view holds, of those the asker may see. */
export const CountViews = query<{ views: TicketViewId[]; withCustom: boolean }, { counts: Record<string, number> }>(
  'tickets',
  'count-views',
);
