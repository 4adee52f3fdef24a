import { Injectable } from '@nestjs/common';
import { scopeToSql, type TicketScope } from '@helpdesk/access';
import {
  TICKET_VIEWS,
  type CustomView,
  type Filter,
  type ListTicketsArgs,
  type Page,
  type TicketRow,
  type TicketViewId,
} from '@helpdesk/contracts';
import { Database, invalid, invalidField, isUuid } from '@helpdesk/platform';
import { PropertiesService } from '../properties/properties.service.js';
import { SearchService } from '../search/search.service.js';
import { rowColumns, toRow, type StoredRow } from '../tickets/ticket.mapper.js';
import { ViewsService } from '../views/views.service.js';
import { isOfOpen, isSummed, summedToSql } from './counters.js';
import { compileFilter } from './filter.rules.js';
import { listIdOf, readCursor, restOf, stretchesOf, writeCursor } from './listing.rules.js';

/** Views of people that are counted in one call, the first by name. */
const MAX_COUNTED = 50;

/** Lists by key, not by offset: a page is as fast as the first, and new tickets move nothing. */
@Injectable()
export class ListingService {
  constructor(
    private readonly database: Database,
    private readonly properties: PropertiesService,
    private readonly views: ViewsService,
    private readonly search: SearchService,
  ) {}

  async list(scope: TicketScope, args: ListTicketsArgs): Promise<Page<TicketRow>> {
    const values: unknown[] = [];
    const add = (value: unknown) => `$${values.push(value)}`;
    const custom = await this.customView(scope, args.view);
    const sort = args.sort ?? custom?.sort ?? '-lastActivityAt';
    const stretches = stretchesOf(sort);
    const where = await this.where(scope, args, custom, add);
    const columns = rowColumns(add(scope.userId));
    const place = args.cursor === undefined ? undefined : readCursor(args.cursor, listIdOf(args, sort), stretches);
    const rows: (StoredRow & { sort_value: string })[] = [];
    for (const [i, { holds, orderBy, kept, behind }] of restOf(stretches, place).entries()) {
      if (rows.length > args.limit) break;
      const given = [...values];
      const from = place && i === 0 ? [behind(place, (value) => `$${given.push(value)}`)] : [];
      // The limit stands in the text: a plan made for any limit would read and sort everything.
      const found = await this.database.query<StoredRow & { sort_value: string }>(
        scope,
        `SELECT ${columns}, ${kept} AS sort_value FROM tickets.ticket t WHERE ${[...where, ...holds, ...from].join(' AND ')} ORDER BY ${orderBy} LIMIT ${Math.trunc(args.limit) + 1}`,
        given,
        custom || args.filter ? 'once' : 'again',
      );
      rows.push(...found);
    }
    const page = rows.slice(0, args.limit);
    const last = page.at(-1);
    return {
      items: page.map(toRow),
      nextCursor: rows.length > args.limit && last ? writeCursor(listIdOf(args, sort), last.sort_value, last.id) : null,
    };
  }

  /** The covered tickets of a view, as far as they fit the filter; at most `limit`. */
  async idsOf(scope: TicketScope, args: Pick<ListTicketsArgs, 'view' | 'filter'>, limit: number): Promise<string[]> {
    const values: unknown[] = [];
    const add = (value: unknown) => `$${values.push(value)}`;
    const where = await this.where(scope, args, await this.customView(scope, args.view), add);
    const sql = `SELECT t.id FROM tickets.ticket t WHERE ${where.join(' AND ')} LIMIT ${Math.trunc(limit)}`;
    return (await this.database.query<{ id: string }>(scope, sql, values, 'once')).map(({ id }) => id);
  }

  private async where(
    scope: TicketScope,
    args: Pick<ListTicketsArgs, 'view' | 'filter' | 'q' | 'contactId'>,
    custom: CustomView | undefined,
    add: (value: unknown) => string,
  ): Promise<string[]> {
    return [
      ...(isRemoved(args.view) ? [] : ['t.deleted_at IS NULL']),
      // The trash and spam show what one may take out again.
      scopeToSql(scope, isRemoved(args.view) ? 'delete' : 'view', 't', add),
      ...conditions(scope, args, add),
      ...(args.q?.trim() ? [(await this.search.find(scope, args.q, isRemoved(args.view) ? 'removed' : 'desk'))(add)] : []),
      ...(await this.filters(scope, [custom?.filter, args.filter], add)),
    ];
  }

  /** Undefined for a default view; throws 422 for one that is not there for him. */
  private async customView(scope: TicketScope, view: string | undefined): Promise<CustomView | undefined> {
    if (view === undefined || isDefaultView(view)) return undefined;
    const found = isUuid(view) ? await this.views.find(scope, view) : undefined;
    if (!found) throw invalidField('/view', 'unknown', 'is no view of yours');
    return found;
  }

  /** What each view that people made holds for him. One whose filter makes no sense any more holds nothing. */
  private async customPredicates(
    scope: TicketScope,
    add: (value: unknown) => string,
  ): Promise<{ view: string; holds: string; isOfOpen: boolean }[]> {
    const views = await this.views.list(scope, MAX_COUNTED);
    const properties = views.length > 0 ? await this.properties.list(scope.accountId) : [];
    return views.map(({ id, filter }) => {
      const { problems, toSql } = compileFilter(filter, properties);
      const holds = problems.length > 0 ? 'false' : toSql({ userId: scope.userId, add });
      return { view: id, holds, isOfOpen: problems.length === 0 && isOfOpen(filter) };
    });
  }

  private async filters(scope: TicketScope, filters: (Filter | undefined)[], add: (value: unknown) => string): Promise<string[]> {
    const given = filters.filter((filter) => filter !== undefined);
    if (given.length === 0) return [];
    const properties = await this.properties.list(scope.accountId);
    return given.map((filter) => {
      const { problems, toSql } = compileFilter(filter, properties);
      if (problems.length > 0) throw invalid(problems);
      return toSql({ userId: scope.userId, add });
    });
  }

  /** How many of the covered tickets each view holds, in one query. */
  async counts(scope: TicketScope, views: TicketViewId[], withCustom: boolean): Promise<Record<string, number>> {
    const values: unknown[] = [];
    const add = (value: unknown) => `$${values.push(value)}`;
    const count = (where: string) => `SELECT count(*) FROM tickets.ticket t WHERE ${where}`;
    const predicates = views.filter((view) => !isSummed(view)).map((view) => ({ view, holds: VIEWS[view](() => add(scope.userId)) }));
    const custom = withCustom ? await this.customPredicates(scope, add) : [];
    // What concerns most tickets is summed, what concerns few is found by index, and what concerns open ones in one walk over them.
    const [ofOpen, few] = [custom.filter((view) => view.isOfOpen), [...predicates, ...custom.filter((view) => !view.isOfOpen)]];
    // Made only where it is used: PostgreSQL refuses parameters that stand nowhere.
    const seen = few.length + ofOpen.length > 0 ? `t.deleted_at IS NULL AND ${scopeToSql(scope, 'view', 't', add)}` : '';
    const narrow = few.map(({ view, holds }) => `(${count(`${holds} AND ${seen}`)})::int AS "${view}"`);
    const walked = ofOpen.map(({ view, holds }) => `count(*) FILTER (WHERE ${holds})::int AS "${view}"`);
    const summed = views.filter(isSummed);
    const parts = [
      ...(narrow.length > 0 ? [`(SELECT ${narrow.join(', ')}) n`] : []),
      ...(walked.length > 0 ? [`(SELECT ${walked.join(', ')} FROM tickets.ticket t WHERE t.closed_at IS NULL AND ${seen}) o`] : []),
      ...(summed.length > 0 ? [`(${summedToSql(scope, summed, add)}) s`] : []),
    ];
    if (parts.length === 0) return {};
    const row = await this.database.queryOne<Record<string, number>>(
      scope,
      `SELECT * FROM ${parts.join(', ')}`,
      values,
      custom.length > 0 ? 'once' : 'again',
    );
    return row ?? {};
  }
}

const mine = (table: string, user: string) =>
  `t.id IN (SELECT x.ticket_id FROM tickets.${table} x WHERE x.account_id = t.account_id AND x.user_id = ${user}::uuid)`;

const unsent = (what: 'draft' | 'scheduled', user: string) =>
  `t.id IN (SELECT x.ticket_id FROM tickets.ticket_unsent x WHERE x.account_id = t.account_id AND x.user_id = ${user}::uuid AND x.what = '${what}')`;

/** What each default view holds (D-70), as a predicate on `t`; `user` gives the parameter of the asking user. */
const VIEWS: Record<TicketViewId, (user: () => string) => string> = {
  unassigned: () => 't.closed_at IS NULL AND t.owner_id IS NULL',
  mine: (user) => `t.closed_at IS NULL AND t.owner_id = ${user()}::uuid`,
  all_open: () => 't.closed_at IS NULL',
  mentions: (user) => mine('ticket_mention', user()),
  following: (user) => mine('ticket_follower', user()),
  drafts: (user) => unsent('draft', user()),
  scheduled: (user) => unsent('scheduled', user()),
  all_closed: () => 't.closed_at IS NOT NULL',
  spam: () => `t.deleted_at IS NOT NULL AND t.removal = 'spam'`,
  trash: () => `t.deleted_at IS NOT NULL AND t.removal = 'trash'`,
};
/** Views of what is on no desk. */
const isRemoved = (view: string | undefined) => view === 'spam' || view === 'trash';

const isDefaultView = (view: string): view is TicketViewId => TICKET_VIEWS.some((known) => known === view);

function conditions(
  scope: TicketScope,
  args: Pick<ListTicketsArgs, 'view' | 'q' | 'contactId'>,
  add: (value: unknown) => string,
): string[] {
  const found: string[] = [];
  if (args.view && isDefaultView(args.view)) found.push(VIEWS[args.view](() => add(scope.userId)));
  if (args.contactId !== undefined)
    found.push(
      `EXISTS (SELECT 1 FROM tickets.ticket_contact c WHERE c.account_id = t.account_id AND c.ticket_id = t.id AND c.contact_id = ${add(args.contactId)}::uuid)`,
    );
  return found;
}
