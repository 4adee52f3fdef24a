import { Injectable } from '@nestjs/common';
import { containing, Database } from '@helpdesk/platform';

/** Shorter parts stand in so many names that no index helps. */
const MIN_PART = 3;
/** Shorter names have too many neighbours to be taken for misspelt. */
const MIN_MISSPELT = 4;
/** What more records than this have is looked for by walking from the newest on. */
const MAX_HITS = 1_000;

/** Contacts and companies by part of what they are called, by index. Undefined: they are so many, or the part so short, that walking is quicker. */
@Injectable()
export class RecordSearch {
  constructor(private readonly database: Database) {}

  /** `digits`: part of a phone number, as a pattern; '' = none. */
  contacts(accountId: string, q: string, digits: string): Promise<string[] | undefined> {
    const hits = 'SELECT h AS id FROM conversations.contact_hits($1, $2, $3) h';
    return this.found(accountId, q, hits, [containing(q), digits], 'SELECT h AS id FROM conversations.similar_contacts($1) h');
  }

  companies(accountId: string, q: string): Promise<string[] | undefined> {
    const hits = 'SELECT h AS id FROM conversations.company_hits($1, $2) h';
    return this.found(accountId, q, hits, [containing(q)], 'SELECT h AS id FROM conversations.similar_companies($1) h');
  }

  private async found(accountId: string, q: string, hits: string, part: string[], similar: string): Promise<string[] | undefined> {
    if (q.length < MIN_PART) return undefined;
    const ids = await this.ids(accountId, hits, [...part, MAX_HITS + 1]);
    if (ids.length > MAX_HITS) return undefined;
    // Numbers and addresses are looked for as they are.
    const isMisspelt = ids.length === 0 && q.length >= MIN_MISSPELT && !/[\d@]/.test(q);
    return isMisspelt ? this.ids(accountId, similar, [q]) : ids;
  }

  private async ids(accountId: string, sql: string, values: unknown[]): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(accountId, sql, values);
    return [...new Set(rows.map(({ id }) => id))];
  }
}
