import { Injectable } from '@nestjs/common';
import type { AgentChanged } from '@helpdesk/contracts';
import type { Tx } from '@helpdesk/platform';
import type { Agent } from './routing.rules.js';

interface Row {
  user_id: string;
  is_available: boolean;
  team_ids: string[];
  max_open_tickets: number | null;
  open_tickets: number;
}

@Injectable()
export class RoutingRepository {
  /** An older version than the one known changes nothing. */
  async keepAgent(tx: Tx, accountId: string, event: AgentChanged): Promise<void> {
    await tx.query(
      `INSERT INTO tickets.agent_copy AS a (account_id, user_id, version, is_routable, is_available, team_ids, max_open_tickets)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (account_id, user_id) DO UPDATE SET version = excluded.version, is_routable = excluded.is_routable,
         is_available = excluded.is_available, team_ids = excluded.team_ids, max_open_tickets = excluded.max_open_tickets
       WHERE a.version <= excluded.version`,
      [accountId, event.userId, event.version, event.isRoutable, event.isAvailable, event.teamIds, event.maxOpenTickets],
    );
  }

  /** Those who may get tickets. What they have open is counted where it decides: for all, or for those who have a limit. */
  async agents(tx: Tx, accountId: string, countsAll: boolean): Promise<Agent[]> {
    const rows = await tx.query<Row>(
      `SELECT a.user_id, a.is_available, a.team_ids, a.max_open_tickets, CASE WHEN $2 OR a.max_open_tickets IS NOT NULL THEN
         (SELECT count(*) FROM tickets.ticket t
          WHERE t.account_id = a.account_id AND t.owner_id = a.user_id AND t.deleted_at IS NULL AND t.closed_at IS NULL) ELSE 0 END::int AS open_tickets
       FROM tickets.agent_copy a WHERE a.account_id = $1 AND a.is_routable`,
      [accountId, countsAll],
    );
    return rows.map((row) => ({
      userId: row.user_id,
      isAvailable: row.is_available,
      teamIds: row.team_ids,
      maxOpenTickets: row.max_open_tickets,
      openTickets: row.open_tickets,
    }));
  }

  async lastInTurn(tx: Tx, accountId: string, channelId: string): Promise<string | null> {
    const sql = 'SELECT user_id FROM tickets.routing_turn WHERE account_id = $1 AND channel_id = $2';
    return (await tx.queryOne<{ user_id: string }>(sql, [accountId, channelId]))?.user_id ?? null;
  }

  async noteTurn(tx: Tx, accountId: string, channelId: string, userId: string): Promise<void> {
    await tx.query(
      `INSERT INTO tickets.routing_turn (account_id, channel_id, user_id) VALUES ($1, $2, $3)
       ON CONFLICT (account_id, channel_id) DO UPDATE SET user_id = excluded.user_id`,
      [accountId, channelId, userId],
    );
  }
}
