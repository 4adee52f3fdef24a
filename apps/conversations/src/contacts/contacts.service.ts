import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import {
  ContactRenamed,
  normaliseAddress,
  type Address,
  type ContactFields,
  type ContactView,
  type ListRecordsArgs,
  type Page,
} from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { containing, Database, invalid, invalidField, notFound, pageOf, Problem, type Tx } from '@helpdesk/platform';
import type { Author } from '../replies/replies.service.js';
import { refuseMerged, sameAs, wanted, type Asked } from './merged-records.js';
import { RecordSearch } from '../search/record-search.js';
import { contactProblems } from './records.rules.js';

interface Row {
  id: string;
  name: string;
  company_id: string | null;
  owner_id: string | null;
  created_at: Date;
  addresses: ContactView['addresses'] | null;
  merged_ids: string[];
  merged_into: string | null;
}

const CONTACT = `SELECT p.id, p.name, p.owner_id, p.created_at, p.merged_into,
  (SELECT coalesce(c.merged_into, c.id) FROM conversations.company c WHERE c.account_id = p.account_id AND c.id = p.company_id) AS company_id,
  ARRAY(SELECT m.id FROM conversations.contact m WHERE m.account_id = p.account_id AND m.merged_into = p.id ORDER BY m.id) AS merged_ids,
  (SELECT json_agg(json_build_object('kind', a.kind, 'value', a.value) ORDER BY a.kind, a.value)
   FROM conversations.contact_address a WHERE a.account_id = p.account_id AND a.contact_id = p.id) AS addresses
  FROM conversations.contact p WHERE p.account_id = $1`;
const toView = ({ id, name, company_id, owner_id, created_at, addresses, merged_ids }: Row): ContactView => ({
  id,
  name,
  addresses: addresses ?? [],
  companyId: company_id,
  ownerId: owner_id,
  mergedIds: merged_ids,
  createdAt: created_at.toISOString(),
});

/** People outside the house, as agents look them up and keep them. Which of their tickets somebody sees is asked of tickets. */
@Injectable()
export class ContactsService {
  constructor(
    private readonly database: Database,
    private readonly bus: MessageBus,
    private readonly search: RecordSearch,
  ) {}

  async list(accountId: string, { q = '', companyId, limit, cursor }: ListRecordsArgs): Promise<Page<ContactView>> {
    const ids = q === '' ? undefined : await this.search.contacts(accountId, q, digitsOf(q));
    const page = [companyId ?? null, cursor ?? null, limit + 1];
    if (ids) {
      const sql = `${CONTACT} AND p.merged_into IS NULL AND p.id = ANY ($2::uuid[])
         AND ($3::uuid IS NULL OR p.company_id IN (${sameAs('company', '$3')})) AND ($4::uuid IS NULL OR p.id < $4)
        ORDER BY p.id DESC LIMIT $5`;
      return pageOf((await this.database.query<Row>(accountId, sql, [accountId, ids, ...page])).map(toView), limit);
    }
    const rows = await this.database.query<Row>(
      accountId,
      `${CONTACT} AND p.merged_into IS NULL AND ($2 = '' OR p.name ILIKE $3 OR EXISTS (SELECT 1 FROM conversations.contact_address a
           WHERE a.account_id = p.account_id AND a.contact_id = p.id AND (a.value ILIKE $3 OR (a.kind = 'phone' AND $7 <> '' AND a.value LIKE $7))))
         AND ($4::uuid IS NULL OR p.company_id IN (${sameAs('company', '$4')}))
         AND ($5::uuid IS NULL OR p.id < $5) ORDER BY p.id DESC LIMIT $6`,
      [accountId, q, containing(q), ...page, digitsOf(q)],
    );
    return pageOf(rows.map(toView), limit);
  }

  /** A merged one is the one it has become. */
  async get(accountId: string, id: string, ask?: Asked): Promise<ContactView> {
    const [contact] = await this.byIds(accountId, [id], ask);
    if (!contact) throw notFound();
    return contact;
  }

  /** Those that are there, in the order asked for. */
  async byIds(accountId: string, ids: string[], ask: Asked = this.database.within(accountId)): Promise<ContactView[]> {
    const sql = `${wanted('contact')} ${CONTACT} AND p.id IN (SELECT id FROM wanted) ORDER BY (SELECT place FROM wanted WHERE wanted.id = p.id)`;
    return (await ask.query<Row>(sql, [accountId, ids])).map(toView);
  }

  /** Repeating it with the same id changes nothing. */
  create(author: Author, { id, ...fields }: ContactFields & { id: string; name: string }): Promise<ContactView> {
    const { accountId } = author;
    return this.database.transaction(accountId, async (tx) => {
      const sql = 'INSERT INTO conversations.contact (account_id, id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1';
      const isNew = await tx.queryOne(sql, [accountId, id, fields.name.trim()]);
      return isNew ? this.save(tx, author, id, fields, undefined) : hold(tx, accountId, id);
    });
  }

  change(author: Author, { id, ...fields }: ContactFields & { id: string }): Promise<ContactView> {
    const { accountId } = author;
    return this.database.transaction(accountId, async (tx) => {
      const old = await hold(tx, accountId, id);
      const name = fields.name?.trim();
      if (name !== undefined && name !== old.name) {
        const sql = 'UPDATE conversations.contact SET name = $3, version = version + 1 WHERE account_id = $1 AND id = $2';
        await tx.query(sql, [accountId, id, name]);
        await this.bus.publish(tx, accountId, new ContactRenamed({ contactId: id, name }));
      }
      return this.save(tx, author, id, fields, old);
    });
  }

  /** All but the name. `old` undefined: it is new. */
  private async save(tx: Tx, author: Author, id: string, fields: ContactFields, old: ContactView | undefined): Promise<ContactView> {
    const { accountId } = author;
    const problems = contactProblems(fields);
    if (problems.length > 0) throw invalid(problems);
    if (fields.companyId !== undefined) await setCompany(tx, accountId, id, fields.companyId);
    if (fields.ownerId !== undefined) {
      const sql = 'UPDATE conversations.contact SET owner_id = $3 WHERE account_id = $1 AND id = $2';
      await tx.query(sql, [accountId, id, fields.ownerId]);
    }
    if (fields.addresses) {
      await setAddresses(tx, accountId, id, fields.addresses);
      if (fields.companyId === undefined) await joinCompany(tx, accountId, id);
    }
    const now = await hold(tx, accountId, id);
    if (!isDeepStrictEqual(old, now)) {
      const action = old ? 'contact.changed' : 'contact.created';
      await this.bus.audit(tx, accountId, author, { action, subject: `contact/${id}`, old, new: now });
    }
    return now;
  }
}

/** The contact, kept from other changes until the transaction ends; 404 when there is none, 409 when it was merged. */
async function hold(tx: Tx, accountId: string, id: string): Promise<ContactView> {
  const row = await tx.queryOne<Row>(`${CONTACT} AND p.id = $2 FOR NO KEY UPDATE OF p`, [accountId, id]);
  if (!row) throw notFound();
  refuseMerged('contact', row.merged_into);
  return toView(row);
}

/** A phone number as people write it, to be found among those that are kept without blanks; '' when it is none. */
function digitsOf(q: string): string {
  const digits = q.replaceAll(/[\s()/.-]/g, '');
  return /^\+?\d{3,}$/.test(digits) ? `%${digits}%` : '';
}

async function setCompany(tx: Tx, accountId: string, id: string, companyId: string | null): Promise<void> {
  const isThere =
    companyId === null ||
    (await tx.queryOne('SELECT 1 FROM conversations.company WHERE account_id = $1 AND id = $2', [accountId, companyId]));
  if (!isThere) throw invalidField('/companyId', 'unknown', 'is no company');
  await tx.query('UPDATE conversations.contact SET company_id = $3 WHERE account_id = $1 AND id = $2', [accountId, id, companyId]);
}

/** Whoever belongs to no company belongs to that of his mail addresses (D-59). */
async function joinCompany(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.query(
    `UPDATE conversations.contact SET company_id = (
       SELECT d.company_id FROM conversations.contact_address a
       JOIN conversations.company_domain d ON d.account_id = a.account_id AND d.domain = split_part(a.value, '@', 2)
       WHERE a.account_id = $1 AND a.contact_id = $2 AND a.kind = 'email' ORDER BY a.value LIMIT 1)
     WHERE account_id = $1 AND id = $2 AND company_id IS NULL`,
    [accountId, id],
  );
}

/** An address belongs to one contact: whose it is already is not taken away from him by the way. */
async function setAddresses(tx: Tx, accountId: string, id: string, addresses: Pick<Address, 'kind' | 'value'>[]): Promise<void> {
  const values = [accountId, id, addresses.map(({ kind }) => kind), addresses.map(({ kind, value }) => normaliseAddress(kind, value))];
  const given = 'unnest($3::text[], $4::text[]) g (kind, value)';
  await tx.query(
    `DELETE FROM conversations.contact_address a WHERE a.account_id = $1 AND a.contact_id = $2
       AND NOT EXISTS (SELECT 1 FROM ${given} WHERE g.kind = a.kind AND g.value = a.value)`,
    values,
  );
  await tx.query(
    `INSERT INTO conversations.contact_address (account_id, kind, value, contact_id) SELECT $1, g.kind, g.value, $2 FROM ${given} ORDER BY g.kind, g.value ON CONFLICT DO NOTHING`,
    values,
  );
  const taken = await tx.queryOne<{ contact_id: string; value: string }>(
    `SELECT a.contact_id, a.value FROM conversations.contact_address a JOIN ${given} ON g.kind = a.kind AND g.value = a.value
     WHERE a.account_id = $1 AND a.contact_id <> $2 LIMIT 1`,
    values,
  );
  if (taken)
    throw new Problem(409, 'contact_exists', 'Conflict', `Another contact has ${taken.value}.`, undefined, undefined, {
      contactId: taken.contact_id,
    });
}
