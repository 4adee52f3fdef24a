import { Injectable } from '@nestjs/common';
import type { Address, SidebarView } from '@helpdesk/contracts';
import { Database } from '@helpdesk/platform';

@Injectable()
export class ContactsService {
  constructor(private readonly database: Database) {}

  async find(accountId: string, contactIds: string[], companyIds: string[]): Promise<Pick<SidebarView, 'contacts' | 'companies'>> {
    const people = await this.database.query<{ id: string; name: string; company_id: string | null; addresses: Address[] | null }>(
      accountId,
      `SELECT p.id, p.name, p.company_id,
         (SELECT json_agg(json_build_object('kind', a.kind, 'value', a.value) ORDER BY a.kind, a.value) FROM conversations.contact_address a WHERE a.contact_id = p.id) AS addresses
       FROM conversations.contact p WHERE p.account_id = $1 AND p.id = ANY ($2::uuid[])
       ORDER BY array_position($2::uuid[], p.id)`,
      [accountId, contactIds],
    );
    const firms = await this.database.query<{ id: string; name: string }>(
      accountId,
      'SELECT id, name FROM conversations.company WHERE account_id = $1 AND id = ANY ($2::uuid[]) ORDER BY array_position($2::uuid[], id)',
      [accountId, companyIds],
    );
    return {
      contacts: people.map((p) => ({ id: p.id, name: p.name, addresses: p.addresses ?? [], companyId: p.company_id })),
      companies: firms.map(({ id, name }) => ({ id, name })),
    };
  }
}
