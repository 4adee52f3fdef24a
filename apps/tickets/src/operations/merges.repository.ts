import { Injectable } from '@nestjs/common';
import type { Tx } from '@helpdesk/platform';
import type { StoredTicket } from '../tickets/ticket.repository.js';
import type { ItemChanges } from './operations.repository.js';

type Added = NonNullable<ItemChanges['added']>;

/** What hangs on a ticket and goes along when it is merged, and where its number leads from then on. */
@Injectable()
export class MergesRepository {
  /** Everything of `from` that `to` has not got yet; what came to it is told, so that it can leave again. Both are locked. */
  async unite(tx: Tx, to: StoredTicket, from: StoredTicket): Promise<Added> {
    const of = [to.account_id, to.id, from.id];
    const ids = (rows: Promise<{ id: string }[]>) => rows.then((list) => list.map(({ id }) => id));
    const [followers, mentions, contacts, companies, links] = await Promise.all([
      ids(
        tx.query(
          `INSERT INTO tickets.ticket_follower (account_id, ticket_id, user_id) SELECT $1, $2, user_id FROM tickets.ticket_follower
           WHERE account_id = $1 AND ticket_id = $3 ON CONFLICT DO NOTHING RETURNING user_id AS id`,
          of,
        ),
      ),
      ids(
        tx.query(
          `INSERT INTO tickets.ticket_mention (account_id, ticket_id, user_id, mentioned_at) SELECT $1, $2, user_id, mentioned_at
           FROM tickets.ticket_mention WHERE account_id = $1 AND ticket_id = $3 ON CONFLICT DO NOTHING RETURNING user_id AS id`,
          of,
        ),
      ),
      ids(this.associate(tx, 'contact', of)),
      ids(this.associate(tx, 'company', of)),
      tx.query<{ kind: string; other_id: string }>(
        `INSERT INTO tickets.ticket_link (account_id, ticket_id, kind, other_id, created_at) SELECT $1, $2, kind, other_id, created_at
         FROM tickets.ticket_link WHERE account_id = $1 AND ticket_id = $3 AND other_id <> $2 ON CONFLICT DO NOTHING RETURNING kind, other_id`,
        of,
      ),
    ]);
    return { followers, mentions, contacts, companies, links: links.map(({ kind, other_id }) => [kind, other_id]) };
  }

  async part(tx: Tx, { account_id, id }: StoredTicket, added: Added): Promise<void> {
    for (const [table, column, ids] of [
      ['ticket_follower', 'user_id', added.followers],
      ['ticket_mention', 'user_id', added.mentions],
      ['ticket_contact', 'contact_id', added.contacts],
      ['ticket_company', 'company_id', added.companies],
    ] as const) {
      if (ids.length > 0)
        await tx.query(`DELETE FROM tickets.${table} WHERE account_id = $1 AND ticket_id = $2 AND ${column} = ANY ($3::uuid[])`, [
          account_id,
          id,
          ids,
        ]);
    }
    for (const [kind, otherId] of added.links)
      await tx.query('DELETE FROM tickets.ticket_link WHERE account_id = $1 AND ticket_id = $2 AND kind = $3 AND other_id = $4', [
        account_id,
        id,
        kind,
        otherId,
      ]);
  }

  async redirect(tx: Tx, from: StoredTicket, to: StoredTicket): Promise<void> {
    const values = [from.account_id, from.id, to.id];
    await tx.query('UPDATE tickets.ticket_redirect SET survivor_id = $3 WHERE account_id = $1 AND survivor_id = $2', values);
    await tx.query(
      'INSERT INTO tickets.ticket_redirect (account_id, merged_id, into_id, survivor_id, number) VALUES ($1, $2, $3, $3, $4)',
      [...values, from.number],
    );
  }

  /** It stands for itself again, and what had been merged into it leads to it. */
  async endRedirect(tx: Tx, { account_id, id }: StoredTicket): Promise<void> {
    await tx.query('DELETE FROM tickets.ticket_redirect WHERE account_id = $1 AND merged_id = $2', [account_id, id]);
    await tx.query(
      `WITH RECURSIVE below AS (
         SELECT merged_id FROM tickets.ticket_redirect WHERE account_id = $1 AND into_id = $2
         UNION SELECT r.merged_id FROM below JOIN tickets.ticket_redirect r ON r.account_id = $1 AND r.into_id = below.merged_id
       ) UPDATE tickets.ticket_redirect r SET survivor_id = $2 FROM below WHERE r.account_id = $1 AND r.merged_id = below.merged_id`,
      [account_id, id],
    );
  }

  async isMergedInto(tx: Tx, { account_id, id }: StoredTicket, intoId: string): Promise<boolean> {
    const sql = 'SELECT 1 FROM tickets.ticket_redirect WHERE account_id = $1 AND merged_id = $2 AND into_id = $3';
    return (await tx.queryOne(sql, [account_id, id, intoId])) !== undefined;
  }

  /** Behind those that are there: the first one stays the first. */
  private associate(tx: Tx, kind: 'contact' | 'company', of: string[]): Promise<{ id: string }[]> {
    return tx.query<{ id: string }>(
      `INSERT INTO tickets.ticket_${kind} (account_id, ticket_id, ${kind}_id, position)
       SELECT $1, $2, f.${kind}_id, f.position + 1 + coalesce((SELECT max(position) FROM tickets.ticket_${kind} WHERE account_id = $1 AND ticket_id = $2), -1)
       FROM tickets.ticket_${kind} f WHERE f.account_id = $1 AND f.ticket_id = $3 ON CONFLICT DO NOTHING RETURNING ${kind}_id AS id`,
      of,
    );
  }
}
