import { Injectable } from '@nestjs/common';
import { scopeToSql, type TicketScope } from '@helpdesk/access';
import type { LinkKind, TicketView } from '@helpdesk/contracts';
import { Database, type Tx } from '@helpdesk/platform';
import type { StoredTicket } from './ticket.repository.js';

/** What a link is called from its other end; undefined: it is seen from one end alone. */
export const opposites: Record<LinkKind, LinkKind | undefined> = {
  related: 'related',
  parent: 'child',
  child: 'parent',
  follow_up_of: undefined,
  duplicate_of: undefined,
};

/** What a ticket belongs to: contacts, companies, other tickets. */
@Injectable()
export class AssociationsRepository {
  constructor(private readonly database: Database) {}

  async associate(tx: Tx, accountId: string, ticketId: string, contactIds: string[], companyIds: string[]): Promise<void> {
    for (const [table, ids] of [
      ['contact', contactIds],
      ['company', companyIds],
    ] as const) {
      if (ids.length === 0) continue;
      void tx.query(
        `INSERT INTO tickets.ticket_${table} (account_id, ticket_id, ${table}_id, position)
         SELECT $1, $2, x.id, x.position - 1 FROM unnest($3::uuid[]) WITH ORDINALITY x (id, position) ON CONFLICT DO NOTHING`,
        [accountId, ticketId, ids],
      );
    }
  }

  /** All contacts and companies, the first one first, and what was merged into it. */
  async ofTicket(
    ask: Pick<Tx, 'queryOne'>,
    { account_id, id }: Pick<StoredTicket, 'account_id' | 'id'>,
  ): Promise<Pick<TicketView, 'contactIds' | 'companyIds' | 'mergedIds'>> {
    const row = await ask.queryOne<{ contact_ids: string[]; company_ids: string[]; merged_ids: string[] }>(
      `SELECT ARRAY(SELECT merged_id FROM tickets.ticket_redirect WHERE account_id = $1 AND survivor_id = $2 ORDER BY number) AS merged_ids,
              ARRAY(SELECT contact_id FROM tickets.ticket_contact WHERE account_id = $1 AND ticket_id = $2 ORDER BY position) AS contact_ids,
              ARRAY(SELECT company_id FROM tickets.ticket_company WHERE account_id = $1 AND ticket_id = $2 ORDER BY position) AS company_ids`,
      [account_id, id],
    );
    return { contactIds: row?.contact_ids ?? [], companyIds: row?.company_ids ?? [], mergedIds: row?.merged_ids ?? [] };
  }

  async link(tx: Tx, accountId: string, ticketId: string, kind: LinkKind, otherId: string): Promise<void> {
    const back = opposites[kind];
    const sql = 'INSERT INTO tickets.ticket_link (account_id, ticket_id, kind, other_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING';
    await tx.query(sql, [accountId, ticketId, kind, otherId]);
    if (back) await tx.query(sql, [accountId, otherId, back, ticketId]);
  }

  async unlink(tx: Tx, accountId: string, ticketId: string, kind: LinkKind, otherId: string): Promise<void> {
    const back = opposites[kind];
    // What was merged since is named by where it went.
    await tx.query(
      `DELETE FROM tickets.ticket_link l WHERE l.account_id = $1 AND (
         (l.ticket_id = $2 AND l.kind = $3 AND (l.other_id = $4 OR l.other_id IN (SELECT merged_id FROM tickets.ticket_redirect WHERE account_id = $1 AND survivor_id = $4)))
         OR (l.ticket_id = $4 AND l.kind = $5 AND (l.other_id = $2 OR l.other_id IN (SELECT merged_id FROM tickets.ticket_redirect WHERE account_id = $1 AND survivor_id = $2))))`,
      [accountId, ticketId, kind, otherId, back ?? null],
    );
  }

  /** All of them as they are to be, the first one first. */
  async replace(
    tx: Tx,
    { account_id, id }: Pick<StoredTicket, 'account_id' | 'id'>,
    kind: 'contact' | 'company',
    ids: string[],
  ): Promise<void> {
    await tx.query(`DELETE FROM tickets.ticket_${kind} WHERE account_id = $1 AND ticket_id = $2`, [account_id, id]);
    await this.associate(tx, account_id, id, kind === 'contact' ? ids : [], kind === 'company' ? ids : []);
  }

  /** Links whose other end the scope covers as well. */
  async links(scope: TicketScope, ticketId: string, tx?: Tx): Promise<TicketView['links']> {
    const values: unknown[] = [ticketId];
    const predicate = scopeToSql(scope, 'view', 't', (value) => `$${values.push(value)}`);
    const rows = await (tx ?? this.database.within(scope)).query<{ kind: LinkKind; other_id: string; created_at: Date }>(
      `SELECT DISTINCT ON (l.kind, t.id) l.kind, t.id AS other_id, l.created_at FROM tickets.ticket_link l
       LEFT JOIN tickets.ticket_redirect r ON r.merged_id = l.other_id JOIN tickets.ticket t ON t.id = coalesce(r.survivor_id, l.other_id)
       WHERE l.ticket_id = $1 AND t.id <> $1 AND t.deleted_at IS NULL AND ${predicate} ORDER BY l.kind, t.id`,
      values,
    );
    return rows
      .toSorted((a, b) => a.created_at.getTime() - b.created_at.getTime())
      .map((row) => ({ kind: row.kind, ticketId: row.other_id }));
  }
}
