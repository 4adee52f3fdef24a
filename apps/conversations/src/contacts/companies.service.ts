import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { CompanyFields, CompanyView, ListRecordsArgs, Page } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { containing, Database, invalid, notFound, pageOf, Problem, type Tx } from '@helpdesk/platform';
import type { Author } from '../replies/replies.service.js';
import { refuseMerged, wanted, type Asked } from './merged-records.js';
import { RecordSearch } from '../search/record-search.js';
import { companyProblems } from './records.rules.js';

interface Row {
  id: string;
  name: string;
  created_at: Date;
  domains: string[];
  merged_ids: string[];
  merged_into: string | null;
}

const COMPANY = `SELECT c.id, c.name, c.created_at, c.merged_into,
  ARRAY(SELECT m.id FROM conversations.company m WHERE m.account_id = c.account_id AND m.merged_into = c.id ORDER BY m.id) AS merged_ids,
  ARRAY(SELECT d.domain FROM conversations.company_domain d WHERE d.account_id = c.account_id AND d.company_id = c.id ORDER BY d.domain) AS domains
  FROM conversations.company c WHERE c.account_id = $1`;
const toView = ({ id, name, domains, created_at, merged_ids }: Row): CompanyView => ({
  id,
  name,
  domains,
  mergedIds: merged_ids,
  createdAt: created_at.toISOString(),
});

/** Firms that contacts belong to, found by the domain of their mail addresses (D-59). */
@Injectable()
export class CompaniesService {
  constructor(
    private readonly database: Database,
    private readonly bus: MessageBus,
    private readonly search: RecordSearch,
  ) {}

  async list(accountId: string, { q = '', limit, cursor }: ListRecordsArgs): Promise<Page<CompanyView>> {
    const ids = q === '' ? undefined : await this.search.companies(accountId, q);
    const page = [cursor ?? null, limit + 1];
    if (ids) {
      const sql = `${COMPANY} AND c.merged_into IS NULL AND c.id = ANY ($2::uuid[]) AND ($3::uuid IS NULL OR c.id < $3) ORDER BY c.id DESC LIMIT $4`;
      return pageOf((await this.database.query<Row>(accountId, sql, [accountId, ids, ...page])).map(toView), limit);
    }
    const rows = await this.database.query<Row>(
      accountId,
      `${COMPANY} AND c.merged_into IS NULL AND ($2 = '' OR c.name ILIKE $3 OR EXISTS (SELECT 1 FROM conversations.company_domain d
           WHERE d.account_id = c.account_id AND d.company_id = c.id AND d.domain ILIKE $3))
         AND ($4::uuid IS NULL OR c.id < $4) ORDER BY c.id DESC LIMIT $5`,
      [accountId, q, containing(q), ...page],
    );
    return pageOf(rows.map(toView), limit);
  }

  /** A merged one is the one it has become. */
  async get(accountId: string, id: string, ask?: Asked): Promise<CompanyView> {
    const [company] = await this.byIds(accountId, [id], ask);
    if (!company) throw notFound();
    return company;
  }

  /** Those that are there, in the order asked for. */
  async byIds(accountId: string, ids: string[], ask: Asked = this.database.within(accountId)): Promise<CompanyView[]> {
    const sql = `${wanted('company')} ${COMPANY} AND c.id IN (SELECT id FROM wanted) ORDER BY (SELECT place FROM wanted WHERE wanted.id = c.id)`;
    return (await ask.query<Row>(sql, [accountId, ids])).map(toView);
  }

  /** Repeating it with the same id changes nothing. */
  create(author: Author, { id, ...fields }: CompanyFields & { id: string; name: string }): Promise<CompanyView> {
    const { accountId } = author;
    return this.database.transaction(accountId, async (tx) => {
      const sql = 'INSERT INTO conversations.company (account_id, id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1';
      const isNew = await tx.queryOne(sql, [accountId, id, fields.name.trim()]);
      return isNew ? this.save(tx, author, id, fields, undefined) : hold(tx, accountId, id);
    });
  }

  change(author: Author, { id, ...fields }: CompanyFields & { id: string }): Promise<CompanyView> {
    const { accountId } = author;
    return this.database.transaction(accountId, async (tx) => {
      const old = await hold(tx, accountId, id);
      if (fields.name !== undefined) {
        const sql = 'UPDATE conversations.company SET name = $3 WHERE account_id = $1 AND id = $2';
        await tx.query(sql, [accountId, id, fields.name.trim()]);
      }
      return this.save(tx, author, id, fields, old);
    });
  }

  /** All but the name. `old` undefined: it is new. */
  private async save(tx: Tx, author: Author, id: string, fields: CompanyFields, old: CompanyView | undefined): Promise<CompanyView> {
    const { accountId } = author;
    const domains = fields.domains?.map((domain) => domain.toLowerCase());
    const problems = companyProblems({ name: fields.name, domains });
    if (problems.length > 0) throw invalid(problems);
    if (domains) await setDomains(tx, accountId, id, domains);
    const now = await hold(tx, accountId, id);
    if (!isDeepStrictEqual(old, now)) {
      const action = old ? 'company.changed' : 'company.created';
      await this.bus.audit(tx, accountId, author, { action, subject: `company/${id}`, old, new: now });
    }
    return now;
  }
}

/** The company, kept from other changes until the transaction ends; 404 when there is none, 409 when it was merged. */
async function hold(tx: Tx, accountId: string, id: string): Promise<CompanyView> {
  const row = await tx.queryOne<Row>(`${COMPANY} AND c.id = $2 FOR NO KEY UPDATE OF c`, [accountId, id]);
  if (!row) throw notFound();
  refuseMerged('company', row.merged_into);
  return toView(row);
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
    // In the order in which others lock many contacts.
    `UPDATE conversations.contact SET company_id = $2 WHERE account_id = $1 AND id IN (
       SELECT p.id FROM conversations.contact p WHERE p.account_id = $1 AND p.company_id IS NULL AND EXISTS (
         SELECT 1 FROM conversations.contact_address a WHERE a.account_id = $1 AND a.contact_id = p.id AND a.kind = 'email'
           AND split_part(a.value, '@', 2) = ANY ($3::text[])) ORDER BY p.id FOR NO KEY UPDATE)`,
    values,
  );
}
