import { Injectable } from '@nestjs/common';
import { RecordMerged, type CompanyView, type ContactView, type MergeRecordsArgs, type RecordKind } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { Database, invalidField, notFound, type Tx } from '@helpdesk/platform';
import type { Author } from '../replies/replies.service.js';
import { CompaniesService } from './companies.service.js';
import { ContactsService } from './contacts.service.js';

interface Merge<T> {
  kind: RecordKind;
  get(tx: Tx, id: string): Promise<T>;
  /** Moves what is `from`'s to `into`. */
  move(tx: Tx, into: string, from: string): Promise<void>;
}

/**
 * Two records of one person, or of one firm, become one (D-59). What names the other one finds the one that stays: a mail that is handled
 * at the same moment may still be given to either.
 */
@Injectable()
export class MergingService {
  constructor(
    private readonly database: Database,
    private readonly bus: MessageBus,
    private readonly contacts: ContactsService,
    private readonly companies: CompaniesService,
  ) {}

  mergeContacts(author: Author, args: MergeRecordsArgs): Promise<ContactView> {
    const { accountId } = author;
    return this.merge(author, args, {
      kind: 'contact',
      get: (tx, id) => this.contacts.get(accountId, id, tx),
      move: (tx, into, from) => moveContact(tx, [accountId, into, from]),
    });
  }

  mergeCompanies(author: Author, args: MergeRecordsArgs): Promise<CompanyView> {
    const { accountId } = author;
    return this.merge(author, args, {
      kind: 'company',
      get: (tx, id) => this.companies.get(accountId, id, tx),
      move: (tx, into, from) => moveCompany(tx, [accountId, into, from]),
    });
  }

  private merge<T extends ContactView | CompanyView>(
    author: Author,
    { id, secondaryId }: MergeRecordsArgs,
    { kind, get, move }: Merge<T>,
  ): Promise<T> {
    const { accountId } = author;
    if (id === secondaryId) throw invalidField('/secondaryId', 'same', `is the ${kind} itself`);
    return this.database.transaction(accountId, async (tx) => {
      const [into, from] = await holdBoth(tx, accountId, kind, id, secondaryId);
      // It was done before, or the other way round a moment ago.
      if (into === from) return get(tx, into);
      const old = { [kind]: await get(tx, into), secondary: await get(tx, from) };
      await move(tx, into, from);
      await tx.query(`UPDATE conversations.${kind} SET merged_into = $2 WHERE account_id = $1 AND (id = $3 OR merged_into = $3)`, [
        accountId,
        into,
        from,
      ]);
      const now = await get(tx, into);
      await this.bus.publish(tx, accountId, new RecordMerged({ kind, id: into, mergedId: from, name: now.name }));
      await this.bus.audit(tx, accountId, author, { action: `${kind}.merged`, subject: `${kind}/${into}`, old, new: now });
      return now;
    });
  }
}

/** The two records these ids lead to, kept from other changes until the transaction ends. */
async function holdBoth(tx: Tx, accountId: string, kind: RecordKind, id: string, secondaryId: string): Promise<[string, string]> {
  // One merge at a time in an account: where an id leads stays as it was read.
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`merge/${accountId}`]);
  const rows = await tx.query<{ id: string; root: string }>(
    `SELECT id, coalesce(merged_into, id) AS root FROM conversations.${kind} WHERE account_id = $1 AND id = ANY ($2::uuid[])`,
    [accountId, [id, secondaryId]],
  );
  const into = rows.find((row) => row.id === id)?.root;
  const from = rows.find((row) => row.id === secondaryId)?.root;
  if (!into) throw notFound();
  if (!from) throw invalidField('/secondaryId', 'unknown', `is no ${kind}`);
  const sql = `SELECT 1 FROM conversations.${kind} WHERE account_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
  await tx.query(sql, [accountId, [into, from]]);
  return [into, from];
}

async function moveContact(tx: Tx, values: string[]): Promise<void> {
  await tx.query('UPDATE conversations.contact_address SET contact_id = $2 WHERE account_id = $1 AND contact_id = $3', values);
  await tx.query('UPDATE conversations.conversation SET contact_id = $2 WHERE account_id = $1 AND contact_id = $3', values);
  await tx.query(
    `UPDATE conversations.contact a SET version = a.version + 1, company_id = coalesce(a.company_id, b.company_id),
       owner_id = coalesce(a.owner_id, b.owner_id) FROM conversations.contact b
     WHERE a.account_id = $1 AND a.id = $2 AND b.account_id = $1 AND b.id = $3`,
    values,
  );
}

async function moveCompany(tx: Tx, values: string[]): Promise<void> {
  await tx.query('UPDATE conversations.company_domain SET company_id = $2 WHERE account_id = $1 AND company_id = $3', values);
  // In the order in which others lock many contacts.
  await tx.query(
    `UPDATE conversations.contact SET company_id = $2 WHERE account_id = $1 AND id IN (
       SELECT id FROM conversations.contact WHERE account_id = $1 AND company_id = $3 ORDER BY id FOR NO KEY UPDATE)`,
    values,
  );
}
