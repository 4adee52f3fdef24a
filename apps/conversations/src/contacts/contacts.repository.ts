import type { Address } from '@helpdesk/contracts';
import { newId, type Tx } from '@helpdesk/platform';
import { domainOf, isFreeMail } from '../threading/threading.rules.js';

export interface KnownContact {
  id: string;
  name: string;
  companyId: string | null;
  ownerId: string | null;
}

/** Finds the contact of an address or makes one, with the company of its mail domain, in one statement. */
const RESOLVE = `
  WITH known AS (
    SELECT p.id, p.name, p.company_id, p.owner_id FROM conversations.contact_address a JOIN conversations.contact p ON p.id = a.contact_id
    WHERE a.account_id = $1 AND a.kind = $2 AND a.value = $3
  ), made AS (
    INSERT INTO conversations.contact_address (account_id, kind, value, contact_id)
    SELECT $1, $2, $3, $4::uuid WHERE NOT EXISTS (SELECT 1 FROM known) ON CONFLICT DO NOTHING RETURNING contact_id
  ), person AS (
    INSERT INTO conversations.contact (id, account_id, name, company_id)
    SELECT made.contact_id, $1, $5, (SELECT d.company_id FROM conversations.company_domain d WHERE d.account_id = $1 AND d.domain = $6) FROM made
    RETURNING id, name, company_id, owner_id
  )
  SELECT id, name, company_id, owner_id FROM known UNION ALL SELECT id, name, company_id, owner_id FROM person`;

export async function resolveContact(tx: Tx, accountId: string, address: Address): Promise<KnownContact> {
  const domain = address.kind === 'email' ? domainOf(address.value) : '';
  const name = address.name?.trim().slice(0, 255) || address.value;
  const values = [accountId, address.kind, address.value, newId(), name, isFreeMail(domain) ? '' : domain];
  for (;;) {
    const row = await tx.queryOne<{ id: string; name: string; company_id: string | null; owner_id: string | null }>(RESOLVE, values);
    if (row) return { id: row.id, name: row.name, companyId: row.company_id, ownerId: row.owner_id };
    // Another transaction has just made the same contact: it is there now.
  }
}

/** The address of a dead mailbox is marked, so that nobody writes there unaware (D-44). */
export async function markUndeliverable(tx: Tx, accountId: string, email: string): Promise<void> {
  await tx.query(
    "UPDATE conversations.contact_address SET undeliverable_at = now() WHERE account_id = $1 AND kind = 'email' AND value = $2",
    [accountId, email.toLowerCase()],
  );
}
