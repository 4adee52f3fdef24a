import { Injectable } from '@nestjs/common';
import type { CompanyFields, CompanyView, ListRecordsArgs, Page } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { containing, Database, invalid, notFound, pageOf, Problem, type Tx } from '@helpdesk/platform';
import type { Author } from '../replies/replies.service.js';
import { companyProblems } from './records.rules.js';

interface Row {
  id: string;
  name: string;
  created_at: Date;
  domains: string[];
}

const COMPANY = `SELECT c.id, c.name, c.created_at,
  ARRAY(SELECT d.domain FROM conversations.company_domain d WHERE d.account_id = c.account_id AND d.company_id = c.id ORDER BY d.domain) AS domains
  FROM conversations.company c WHERE c.account_id = $1`;
const toView = ({ id, name, domains, created_at }: Row): CompanyView => ({ id, name, domains, createdAt: created_at.toISOString() });

/** Firms that contacts belong to, found by the domain of their mail addresses (D-59). */
@Injectable()
export class CompanyRecordsService {
  constructor(
    private readonly database: Database,
    private readonly bus: MessageBus,
  ) {}

  async list(accountId: string, { q = '', limit, cursor }: ListRecordsArgs): Promise<Page<CompanyView>> {
    const rows = await this.database.query<Row>(
      accountId,
      `${COMPANY} AND ($2 = '' OR c.name ILIKE $3 OR EXISTS (SELECT 1 FROM conversations.company_domain d
           WHERE d.account_id = c.account_id AND d.company_id = c.id AND d.domain ILIKE $3))
         AND ($4::uuid IS NULL OR c.id < $4) ORDER BY c.id DESC LIMIT $5`,
      [accountId, q, containing(q), cursor ?? null, limit + 1],
    );
    return pageOf(rows.map(toView), limit);
  }

  async get(accountId: string, id: string, ask: Pick<Tx, 'queryOne'> = this.database.within(accountId)): Promise<CompanyView> {
    const row = await ask.queryOne<Row>(`${COMPANY} AND c.id = $2`, [accountId, id]);
    if (!row) throw notFound();
    return toView(row);
  }

  /** Repeating it with the same id changes nothing. */
  create(author: Author, { id, ...fields }: CompanyFields & { id: string; name: string }): Promise<CompanyView> {
    return this.save(author, id, fields, async (tx) => {
      const sql = 'INSERT INTO conversations.company (account_id, id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';
      await tx.query(sql, [author.accountId, id, fields.name.trim()]);
      return undefined;
    });
  }

  change(author: Author, { id, ...fields }: CompanyFields & { id: string }): Promise<CompanyView> {
    return this.save(author, id, fields, async (tx) => {
      await tx.query('SELECT 1 FROM conversations.company WHERE account_id = $1 AND id = $2 FOR NO KEY UPDATE', [author.accountId, id]);
      return this.get(author.accountId, id, tx);
    });
  }

  private async save(
    { accountId, userId, name: actorName }: Author,
    id: string,
    { name, domains }: CompanyFields,
    begin: (tx: Tx) => Promise<CompanyView | undefined>,
  ): Promise<CompanyView> {
    const wanted = domains?.map((domain) => domain.trim().toLowerCase());
    return this.database.transaction(accountId, async (tx) => {
      const old = await begin(tx);
      const problems = companyProblems({ name, domains: wanted });
      if (problems.length > 0) throw invalid(problems);
      if (old && name !== undefined)
        await tx.query('UPDATE conversations.company SET name = $3 WHERE account_id = $1 AND id = $2', [accountId, id, name.trim()]);
      if (wanted) await setDomains(tx, accountId, id, wanted);
      const now = await this.get(accountId, id, tx);
      const action = old ? 'company.changed' : 'company.created';
      await this.bus.audit(tx, accountId, { userId, name: actorName }, { action, subject: `company/${id}`, old, new: now });
      return now;
    });
  }
}

/** Contacts with a mail address there that belong to no company belong to this one from now on. */
async function setDomains(tx: Tx, accountId: string, id: string, domains: string[]): Promise<void> {
  const values = [accountId, id, domains];
  await tx.query(
    'DELETE FROM conversations.company_domain WHERE account_id = $1 AND company_id = $2 AND domain <> ALL ($3::text[])',
    values,
  );
  await tx.query(
    'INSERT INTO conversations.company_domain (account_id, company_id, domain) SELECT $1, $2, d FROM unnest($3::text[]) d ORDER BY d ON CONFLICT DO NOTHING',
    values,
  );
  const taken = await tx.queryOne<{ company_id: string; domain: string }>(
    'SELECT company_id, domain FROM conversations.company_domain WHERE account_id = $1 AND company_id <> $2 AND domain = ANY ($3::text[]) LIMIT 1',
    values,
  );
  if (taken)
    throw new Problem(409, 'company_exists', 'Conflict', `Another company has ${taken.domain}.`, undefined, undefined, {
      companyId: taken.company_id,
    });
  await tx.query(
    `UPDATE conversations.contact p SET company_id = $2 WHERE p.account_id = $1 AND p.company_id IS NULL AND EXISTS (
       SELECT 1 FROM conversations.contact_address a WHERE a.account_id = $1 AND a.contact_id = p.id AND a.kind = 'email'
         AND split_part(a.value, '@', 2) = ANY ($3::text[]))`,
    values,
  );
}
