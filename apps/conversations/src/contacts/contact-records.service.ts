import { Injectable } from '@nestjs/common';
import { ContactRenamed, type Address, type ContactFields, type ContactView, type ListRecordsArgs, type Page } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { containing, Database, invalid, invalidField, notFound, pageOf, Problem, type Tx } from '@helpdesk/platform';
import type { Author } from '../replies/replies.service.js';
import { contactProblems, normalised } from './records.rules.js';

interface Row {
  id: string;
  name: string;
  company_id: string | null;
  created_at: Date;
  addresses: ContactView['addresses'] | null;
}

const CONTACT = `SELECT p.id, p.name, p.company_id, p.created_at,
  (SELECT json_agg(json_build_object('kind', a.kind, 'value', a.value) ORDER BY a.kind, a.value)
   FROM conversations.contact_address a WHERE a.account_id = p.account_id AND a.contact_id = p.id) AS addresses
  FROM conversations.contact p WHERE p.account_id = $1`;
const toView = ({ id, name, company_id, created_at, addresses }: Row): ContactView => ({
  id,
  name,
  addresses: addresses ?? [],
  companyId: company_id,
  createdAt: created_at.toISOString(),
});

/** People outside the house, as agents look them up and keep them. Which of their tickets somebody sees is asked of tickets. */
@Injectable()
export class ContactRecordsService {
  constructor(
    private readonly database: Database,
    private readonly bus: MessageBus,
  ) {}

  async list(accountId: string, { q = '', companyId, limit, cursor }: ListRecordsArgs): Promise<Page<ContactView>> {
    const rows = await this.database.query<Row>(
      accountId,
      `${CONTACT} AND ($2 = '' OR p.name ILIKE $3 OR EXISTS (SELECT 1 FROM conversations.contact_address a
           WHERE a.account_id = p.account_id AND a.contact_id = p.id AND (a.value ILIKE $3 OR (a.kind = 'phone' AND $7 <> '' AND a.value LIKE $7))))
         AND ($4::uuid IS NULL OR p.company_id = $4) AND ($5::uuid IS NULL OR p.id < $5) ORDER BY p.id DESC LIMIT $6`,
      [accountId, q, containing(q), companyId ?? null, cursor ?? null, limit + 1, digitsOf(q)],
    );
    return pageOf(rows.map(toView), limit);
  }

  async get(accountId: string, id: string, ask: Pick<Tx, 'queryOne'> = this.database.within(accountId)): Promise<ContactView> {
    const row = await ask.queryOne<Row>(`${CONTACT} AND p.id = $2`, [accountId, id]);
    if (!row) throw notFound();
    return toView(row);
  }

  /** Repeating it with the same id changes nothing. */
  create(author: Author, { id, ...fields }: ContactFields & { id: string; name: string }): Promise<ContactView> {
    return this.save(author, id, fields, async (tx) => {
      const name = fields.name.trim();
      await tx.query('INSERT INTO conversations.contact (account_id, id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
        author.accountId,
        id,
        name,
      ]);
      return undefined;
    });
  }

  change(author: Author, { id, ...fields }: ContactFields & { id: string }): Promise<ContactView> {
    return this.save(author, id, fields, async (tx) => {
      await tx.query('SELECT 1 FROM conversations.contact WHERE account_id = $1 AND id = $2 FOR NO KEY UPDATE', [author.accountId, id]);
      return this.get(author.accountId, id, tx);
    });
  }

  /** `begin` gives the contact as it was, undefined when it is new. */
  private async save(
    { accountId, userId, name: actorName }: Author,
    id: string,
    fields: ContactFields,
    begin: (tx: Tx) => Promise<ContactView | undefined>,
  ): Promise<ContactView> {
    return this.database.transaction(accountId, async (tx) => {
      const old = await begin(tx);
      const problems = contactProblems(fields);
      if (problems.length > 0) throw invalid(problems);
      const name = fields.name?.trim();
      if (old && name !== undefined && name !== old.name) {
        await tx.query('UPDATE conversations.contact SET name = $3, version = version + 1 WHERE account_id = $1 AND id = $2', [
          accountId,
          id,
          name,
        ]);
        await this.bus.publish(tx, accountId, new ContactRenamed({ contactId: id, name }));
      }
      if (fields.companyId !== undefined) await setCompany(tx, accountId, id, fields.companyId);
      if (fields.addresses) await setAddresses(tx, accountId, id, fields.addresses.map(normalised));
      const now = await this.get(accountId, id, tx);
      const action = old ? 'contact.changed' : 'contact.created';
      await this.bus.audit(tx, accountId, { userId, name: actorName }, { action, subject: `contact/${id}`, old, new: now });
      return now;
    });
  }
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

/** An address belongs to one contact: whose it is already is not taken away from him by the way. */
async function setAddresses(tx: Tx, accountId: string, id: string, addresses: Pick<Address, 'kind' | 'value'>[]): Promise<void> {
  const values = [accountId, id, addresses.map(({ kind }) => kind), addresses.map(({ value }) => value)];
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
