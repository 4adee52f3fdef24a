import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { FoundTicket, MessageFacts } from '@helpdesk/contracts';
import type { Tx } from '@helpdesk/platform';
import { toRow } from '../tickets/ticket.mapper.js';
import { SearchRepository, type Among, type Found } from './search.repository.js';
import { corrected, highlightOf, mayBeMisspelt, wantedOf, type Wanted } from './search.rules.js';

/** Words that so many of the newest tickets have are common: a list of the newest soon comes to tickets that have them. */
const SAMPLE = 200;
const COMMON = 10;
/** What is found in more messages than this is looked for by walking from the newest ticket on, which takes the longer the rarer it is. */
const MAX_HITS = 3_000;

/** Finds tickets by what stands in them; who sees a ticket is part of each question (docs/search.md). */
@Injectable()
export class SearchService {
  constructor(private readonly repository: SearchRepository) {}

  /** In the transaction that takes the message. */
  keep(tx: Tx, accountId: string, ticketId: string, { messageId, searchText }: MessageFacts): void {
    if (searchText) this.repository.keep(tx, accountId, ticketId, messageId, searchText);
  }

  /** A predicate for what `q` asks for, to be joined with the person's sight. */
  async find(scope: TicketScope, q: string, among: Among): Promise<Found> {
    return (await this.look(scope, q, among)).found;
  }

  async search(scope: TicketScope, q: string, limit: number): Promise<FoundTicket[]> {
    const { wanted, found } = await this.look(scope, q, 'desk');
    const { number, query } = wanted;
    const byNumber = number === undefined ? [] : await this.repository.rows(scope, this.repository.found({ number }), 1);
    const others = query === undefined ? [] : await this.repository.rows(scope, found, limit);
    const rows = [...byNumber, ...others.filter(({ id }) => id !== byNumber[0]?.id)].slice(0, limit);
    const ids = rows.map(({ id }) => id);
    const texts = query === undefined || ids.length === 0 ? new Map<string, string>() : await this.repository.texts(scope, ids, query);
    return rows.map((row) => ({ ...toRow(row), highlight: highlightOf(texts.get(row.id) ?? '', wanted) }));
  }

  /** What was asked for; where he sees nothing of it, what he may have meant. */
  private async look(scope: TicketScope, q: string, among: Among): Promise<{ wanted: Wanted; found: Found }> {
    const wanted = wantedOf(q, await this.repository.plain(q));
    const first = await this.place(scope, wanted, among);
    if (first.isSeen) return { wanted, found: first.found };
    const words = wanted.words.filter(mayBeMisspelt).map(({ text }) => text);
    const meant = words.length > 0 && corrected(wanted, await this.repository.similar(scope, words));
    return meant ? { wanted: meant, found: (await this.place(scope, meant, among)).found } : { wanted, found: first.found };
  }

  /** Common words by walking from the newest ticket on, rare ones by their index: either alone would take long for the others. */
  private async place(scope: TicketScope, { query, number }: Wanted, among: Among): Promise<{ found: Found; isSeen: boolean }> {
    if (query === undefined) return { found: this.repository.found({ number }), isSeen: true };
    const walk = this.repository.found({ query, number });
    if (among === 'desk' && (await this.repository.amongNewest(scope, query, SAMPLE)) >= COMMON) return { found: walk, isSeen: true };
    const ids = await this.repository.hits(scope, query, MAX_HITS);
    const found = ids ? this.repository.found({ ids, number }) : walk;
    const isNowhere = ids?.length === 0 && number === undefined;
    return { found, isSeen: !isNowhere && (await this.repository.isAnySeen(scope, found, among)) };
  }
}
