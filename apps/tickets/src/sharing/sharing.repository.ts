import { Injectable } from '@nestjs/common';
import type { AddShareArgs, TicketShareView } from '@helpdesk/contracts';
import type { Tx } from '@helpdesk/platform';
import type { StoredTicket } from '../tickets/ticket.repository.js';

interface Row {
  id: string;
  user_id: string | null;
  team_id: string | null;
  expires_at: Date | null;
  created_by: string;
  created_at: Date;
}

const COLUMNS = 'id, user_id, team_id, expires_at, created_by, created_at';
const toView = (row: Row): TicketShareView => ({
  id: row.id,
  userId: row.user_id,
  teamId: row.team_id,
  expiresAt: row.expires_at?.toISOString() ?? null,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
});

@Injectable()
export class SharingRepository {
  async ofTicket(ask: Pick<Tx, 'query'>, accountId: string, ticketId: string): Promise<TicketShareView[]> {
    const rows = await ask.query<Row>(
      `SELECT ${COLUMNS} FROM tickets.ticket_share WHERE account_id = $1 AND ticket_id = $2 ORDER BY created_at, id`,
      [accountId, ticketId],
    );
    return rows.map(toView);
  }

  /** Makes the share, or moves the end of the one that is there; undefined when that changes nothing. */
  async insert(tx: Tx, ticket: StoredTicket, share: AddShareArgs & { createdBy: string }): Promise<TicketShareView | undefined> {
    void tx.query('UPDATE tickets.ticket SET is_shared = true WHERE account_id = $1 AND id = $2', [ticket.account_id, ticket.id]);
    const rows = await tx.query<Row>(
      `INSERT INTO tickets.ticket_share AS s (account_id, id, ticket_id, user_id, team_id, expires_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (account_id, ticket_id, user_id, team_id) DO UPDATE SET expires_at = excluded.expires_at
         WHERE s.expires_at IS DISTINCT FROM excluded.expires_at RETURNING ${COLUMNS}`,
      [ticket.account_id, share.shareId, ticket.id, share.userId, share.teamId, share.expiresAt, share.createdBy],
    );
    return rows[0] && toView(rows[0]);
  }

  async remove(tx: Tx, ticket: StoredTicket, shareId: string): Promise<TicketShareView | undefined> {
    const rows = await tx.query<Row>(
      `DELETE FROM tickets.ticket_share WHERE account_id = $1 AND ticket_id = $2 AND id = $3 RETURNING ${COLUMNS}`,
      [ticket.account_id, ticket.id, shareId],
    );
    void tx.query(
      `UPDATE tickets.ticket t SET is_shared = EXISTS (SELECT 1 FROM tickets.ticket_share s WHERE s.account_id = $1 AND s.ticket_id = $2)
       WHERE t.account_id = $1 AND t.id = $2`,
      [ticket.account_id, ticket.id],
    );
    return rows[0] && toView(rows[0]);
  }
}
