import { Injectable } from '@nestjs/common';
import { scopeToSql, type TicketScope } from '@helpdesk/access';
import { Database, type Tx } from '@helpdesk/platform';
import { rowColumns, type StoredRow } from '../tickets/ticket.mapper.js';

/** Adds a parameter and gives its place. */
export type Add = (value: unknown) => string;
/** Where it is looked for: the trash and spam have lists of their own. */
export type Among = 'desk' | 'removed';
/** A predicate on `tickets.ticket t`. */
export type Found = (add: Add) => string;

/** True where one message, or what stands on the ticket itself, has all the words. Asked for each ticket by itself: joined it would be asked of all first. */
const hasWords = (query: string) =>
  `coalesce((SELECT true FROM tickets.search_text s WHERE s.account_id = t.account_id AND s.ticket_id = t.id AND s.words @@ ${query}::tsquery LIMIT 1), false)`;
/** The ticket of a number, or the one that it was merged into. */
const numbered = (number: string) =>
  `t.number = ${number} OR t.id IN (SELECT r.survivor_id FROM tickets.ticket_redirect r WHERE r.account_id = t.account_id AND r.number = ${number})`;
const NEWEST_FIRST = 'ORDER BY t.last_activity_at DESC, t.id DESC';

@Injectable()
export class SearchRepository {
  constructor(private readonly database: Database) {}

  /** Written once; the words follow by themselves. */
  keep(tx: Tx, accountId: string, ticketId: string, messageId: string, text: string): void {
    void tx.query(
      // Moved before it was heard of: it stays where it was moved to.
      `INSERT INTO tickets.search_text AS s (account_id, message_id, ticket_id, text) VALUES ($1, $2, $3, $4)
       ON CONFLICT (account_id, message_id) DO UPDATE SET text = excluded.text WHERE s.text = ''`,
      [accountId, messageId, ticketId, text],
    );
  }

  /** Messages that came to a ticket from another one, those too whose text is still on its way. */
  async move(tx: Tx, accountId: string, ticketId: string, messageIds: string[]): Promise<void> {
    await tx.query(
      `INSERT INTO tickets.search_text (account_id, message_id, ticket_id, text) SELECT $1, m, $2, '' FROM unnest($3::uuid[]) m ORDER BY m
       ON CONFLICT (account_id, message_id) DO UPDATE SET ticket_id = excluded.ticket_id`,
      [accountId, ticketId, messageIds],
    );
  }

  async plain(q: string): Promise<string> {
    const row = await this.database.queryOne<{ plain: string }>(null, 'SELECT tickets.search_plain($1) AS plain', [q]);
    return row?.plain ?? '';
  }

  /** How many of the newest `among` tickets that he sees have the words. */
  async amongNewest(scope: TicketScope, query: string, among: number): Promise<number> {
    const { values, add, seen } = sightOf(scope);
    const newest = `SELECT t.account_id, t.id FROM tickets.ticket t WHERE ${seen} ${NEWEST_FIRST} LIMIT ${among}`;
    const sql = `SELECT count(*)::int AS found FROM (${newest}) t WHERE ${hasWords(add(query))}`;
    return (await this.database.queryOne<{ found: number }>(scope, sql, values))?.found ?? 0;
  }

  /** The tickets that have the words, seen or not seen by him; undefined when there are more than `most`. */
  async hits(scope: TicketScope, query: string, most: number): Promise<string[] | undefined> {
    const sql = 'SELECT h AS id FROM tickets.search_hits($1::tsquery, $2) h';
    const rows = await this.database.query<{ id: string }>(scope, sql, [query, most + 1]);
    return rows.length > most ? undefined : [...new Set(rows.map(({ id }) => id))];
  }

  /** Words of the account that look like these. They may stand on tickets alone that he does not see: not for his eyes. */
  async similar(scope: TicketScope, words: string[]): Promise<Map<string, string[]>> {
    const sql = 'SELECT w.word, ARRAY(SELECT tickets.similar_words(w.word)) AS similar FROM unnest($1::text[]) w (word)';
    const rows = await this.database.query<{ word: string; similar: string[] }>(scope, sql, [words]);
    return new Map(rows.map(({ word, similar }) => [word, similar]));
  }

  /** Tickets that are known by their id, those with the words, the one with the number. */
  found({ query, ids, number }: { query?: string; ids?: string[]; number?: number }): Found {
    return (add) => {
      const either: string[] = [];
      if (number !== undefined) either.push(numbered(add(number)));
      if (ids) either.push(`t.id = ANY (${add(ids)}::uuid[])`);
      else if (query !== undefined) either.push(hasWords(add(query)));
      return either.length > 0 ? `(${either.join(' OR ')})` : 'false';
    };
  }

  async isAnySeen(scope: TicketScope, found: Found, among: Among): Promise<boolean> {
    const { values, add, seen } = sightOf(scope, among);
    const sql = `SELECT 1 FROM tickets.ticket t WHERE ${seen} AND ${found(add)} LIMIT 1`;
    return (await this.database.queryOne(scope, sql, values)) !== undefined;
  }

  rows(scope: TicketScope, found: Found, limit: number): Promise<StoredRow[]> {
    const { values, add, seen } = sightOf(scope);
    const sql = `SELECT ${rowColumns(add(scope.userId))} FROM tickets.ticket t WHERE ${seen} AND ${found(add)} ${NEWEST_FIRST} LIMIT ${Math.trunc(limit)}`;
    return this.database.query<StoredRow>(scope, sql, values);
  }

  /** By ticket, the newest text that has the words, or what stands on the ticket itself. */
  async texts(scope: TicketScope, ids: string[], query: string): Promise<Map<string, string>> {
    const { values, add, seen } = sightOf(scope);
    const text = `SELECT s.text FROM tickets.search_text s WHERE s.account_id = t.account_id AND s.ticket_id = t.id AND s.words @@ ${add(query)}::tsquery
      ORDER BY s.message_id = t.id, s.message_id DESC LIMIT 1`;
    const sql = `SELECT t.id, (${text}) AS text FROM tickets.ticket t WHERE ${seen} AND t.id = ANY (${add(ids)}::uuid[])`;
    const rows = await this.database.query<{ id: string; text: string | null }>(scope, sql, values);
    return new Map(rows.flatMap(({ id, text: found }) => (found === null ? [] : [[id, found]])));
  }
}

/** What he sees on the desk, or may take back to it, with the parameters that this takes. */
function sightOf(scope: TicketScope, among: Among = 'desk') {
  const values: unknown[] = [];
  const add: Add = (value) => `$${values.push(value)}`;
  const isThere = among === 'desk' ? 't.deleted_at IS NULL' : 't.deleted_at IS NOT NULL';
  return { values, add, seen: `${isThere} AND ${scopeToSql(scope, among === 'desk' ? 'view' : 'delete', 't', add)}` };
}
