import { Injectable } from '@nestjs/common';
import { scopeToSql, type TicketScope } from '@helpdesk/access';
import type { ListTicketsArgs, Page, TicketRow, TicketSort, TicketViewId } from '@helpdesk/contracts';
import { Database, invalidField, isUuid } from '@helpdesk/platform';
import { ROW_COLUMNS, toRow, type StoredRow } from '../tickets/ticket.mapper.js';
import type { Found } from '../tickets/ticket.repository.js';

const COLUMNS = { lastActivityAt: 'last_activity_at', createdAt: 'created_at', number: 'number' } as const;
const CASTS = { lastActivityAt: 'timestamptz', createdAt: 'timestamptz', number: 'int' } as const;

/** Lists by key, not by offset: a page is as fast as the first, and new tickets move nothing. */
@Injectable()
export class ListingService {
  constructor(private readonly database: Database) {}

  async list(scope: TicketScope, args: ListTicketsArgs): Promise<Page<TicketRow>> {
    const values: unknown[] = [];
    const add = (value: unknown) => `$${values.push(value)}`;
    const { field, isDescending } = sortOf(args.sort);
    const column = `t.${COLUMNS[field]}`;
    const where = [
      args.view === 'trash' ? 't.deleted_at IS NOT NULL' : 't.deleted_at IS NULL',
      // The trash shows what one may take out of it again.
      scopeToSql(scope, args.view === 'trash' ? 'delete' : 'view', 't', add),
      ...conditions(scope, args, add),
    ];
    if (args.cursor !== undefined) {
      const after = readCursor(args.cursor, args.sort);
      where.push(`(${column}, t.id) ${isDescending ? '<' : '>'} (${add(after.value)}::${CASTS[field]}, ${add(after.id)}::uuid)`);
    }
    // The limit stands in the text: a plan made for any limit would read and sort everything.
    const order = isDescending ? 'DESC' : 'ASC';
    const rows = await this.database.query<Found<StoredRow & { sort_value: string }>>(
      scope,
      `SELECT ${ROW_COLUMNS}, ${column}::text AS sort_value FROM tickets.ticket t WHERE ${where.join(' AND ')} ORDER BY ${column} ${order}, t.id ${order} LIMIT ${Math.trunc(args.limit) + 1}`,
      values,
    );
    const page = rows.slice(0, args.limit);
    const last = page.at(-1);
    return {
      items: page.map(toRow),
      nextCursor: rows.length > args.limit && last ? writeCursor(args.sort, last.sort_value, last.id) : null,
    };
  }

  /** All views in one walk over what the scope covers. */
  async counts(scope: TicketScope, views: TicketViewId[]): Promise<Record<string, number>> {
    const values: unknown[] = [];
    const add = (value: unknown) => `$${values.push(value)}`;
    const count = (where: string) => `SELECT count(*) FROM tickets.ticket t WHERE ${where}`;
    const seen = `t.deleted_at IS NULL AND ${scopeToSql(scope, 'view', 't', add)}`;
    const predicates = views.map((view) => ({ view, holds: VIEWS[view](() => add(scope.userId)) }));
    // What concerns most tickets is counted in one walk over them, what concerns few is found by index.
    const broad = predicates.filter(({ view }) => BROAD.includes(view));
    const filters = broad.map(({ view, holds }) => `count(*) FILTER (WHERE ${holds})::int AS "${view}"`);
    const narrow = predicates
      .filter(({ view }) => !BROAD.includes(view))
      .map(({ view, holds }) =>
        view === 'trash'
          ? `(${count(`${holds} AND ${scopeToSql(scope, 'delete', 't', add)}`)})::int AS "${view}"`
          : `(${count(`${holds} AND ${seen}`)})::int AS "${view}"`,
      );
    const parts = [
      ...(narrow.length > 0 ? [`(SELECT ${narrow.join(', ')}) n`] : []),
      ...(filters.length > 0 ? [`(SELECT ${filters.join(', ')} FROM tickets.ticket t WHERE ${seen}) b`] : []),
    ];
    if (parts.length === 0) return {};
    const row = await this.database.queryOne<Record<string, number>>(scope, `SELECT * FROM ${parts.join(', ')}`, values);
    return row ?? {};
  }
}

const mine = (table: string, user: string) =>
  `t.id IN (SELECT x.ticket_id FROM tickets.${table} x WHERE x.account_id = t.account_id AND x.user_id = ${user}::uuid)`;

/** Views that hold a large part of all tickets. */
const BROAD: TicketViewId[] = ['unassigned', 'all_open', 'all_closed'];

/** What each default view holds (D-70), as a predicate on `t`; `user` gives the parameter of the asking user. */
const VIEWS: Record<TicketViewId, (user: () => string) => string> = {
  unassigned: () => 't.closed_at IS NULL AND t.owner_id IS NULL',
  mine: (user) => `t.closed_at IS NULL AND t.owner_id = ${user()}::uuid`,
  all_open: () => 't.closed_at IS NULL',
  mentions: (user) => mine('ticket_mention', user()),
  following: (user) => mine('ticket_follower', user()),
  all_closed: () => 't.closed_at IS NOT NULL',
  trash: () => 't.deleted_at IS NOT NULL',
};

function conditions(scope: TicketScope, args: ListTicketsArgs, add: (value: unknown) => string): string[] {
  const found: string[] = [];
  if (args.view) found.push(VIEWS[args.view](() => add(scope.userId)));
  if (args.contactId !== undefined)
    found.push(
      `EXISTS (SELECT 1 FROM tickets.ticket_contact c WHERE c.account_id = t.account_id AND c.ticket_id = t.id AND c.contact_id = ${add(args.contactId)}::uuid)`,
    );
  const q = args.q?.trim();
  if (q && /^#?\d{1,9}$/.test(q)) found.push(`t.number = ${add(Number(q.replace('#', '')))}`);
  else if (q) {
    const pattern = add(`%${q.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`);
    found.push(`(t.name ILIKE ${pattern} OR t.contact_name ILIKE ${pattern})`);
  }
  return found;
}

function sortOf(sort: TicketSort): { field: keyof typeof COLUMNS; isDescending: boolean } {
  const isDescending = sort.startsWith('-');
  return { field: (isDescending ? sort.slice(1) : sort) as keyof typeof COLUMNS, isDescending };
}

/** As PostgreSQL writes a timestamptz under UTC or any other offset. */
const TIMESTAMP = /^\d{4}-[01]\d-[0-3]\d [0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,6})?[+-]\d\d(:?\d\d)?$/;
const fieldOf = (sort: string) => sort.replace(/^-/, '');

const writeCursor = (sort: string, value: string, id: string) => Buffer.from(JSON.stringify([sort, value, id])).toString('base64url');

/** Throws 422 for anything that is not a cursor of a list in this order. */
function readCursor(cursor: string, sort: string): { value: string; id: string } {
  try {
    const [itsSort, value, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    const isValue = typeof value === 'string' && (fieldOf(sort) === 'number' ? /^\d{1,9}$/.test(value) : TIMESTAMP.test(value));
    if (itsSort === sort && isValue && typeof id === 'string' && isUuid(id)) return { value, id };
  } catch {
    /* falls through to the refusal */
  }
  throw invalidField('/cursor', 'invalid', 'is not a cursor of this list in this order');
}
