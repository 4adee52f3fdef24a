import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import { Database, type Tx } from '@helpdesk/platform';
import { TicketsService } from '../tickets/tickets.service.js';

/** Who wants to be told about a ticket, and who was named on it. Neither lets anybody see it. */
@Injectable()
export class FollowingService {
  constructor(
    private readonly database: Database,
    private readonly tickets: TicketsService,
  ) {}

  async follow(scope: TicketScope, id: string, follows: boolean): Promise<void> {
    const ticket = await this.tickets.mayDo(scope, id, 'view');
    await this.database.transaction(scope, (tx) => this.set(tx, scope, ticket.id, follows));
  }

  /** False when it was so before. */
  async set(tx: Tx, { accountId, userId }: TicketScope, ticketId: string, follows: boolean): Promise<boolean> {
    const sql = follows
      ? 'INSERT INTO tickets.ticket_follower (account_id, ticket_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1'
      : 'DELETE FROM tickets.ticket_follower WHERE account_id = $1 AND ticket_id = $2 AND user_id = $3 RETURNING 1';
    return (await tx.query(sql, [accountId, ticketId, userId])).length > 0;
  }

  /** Because of what they did or were told: those who follow already go on. */
  async begin(tx: Tx, accountId: string, ticketId: string, userIds: string[]): Promise<void> {
    if (userIds.length === 0) return;
    await tx.query(
      'INSERT INTO tickets.ticket_follower (account_id, ticket_id, user_id) SELECT $1, $2, u FROM unnest($3::uuid[]) u ON CONFLICT DO NOTHING',
      [accountId, ticketId, userIds],
    );
  }

  async followers(tx: Tx, accountId: string, ticketId: string): Promise<string[]> {
    const rows = await tx.query<{ user_id: string }>(
      'SELECT user_id FROM tickets.ticket_follower WHERE account_id = $1 AND ticket_id = $2 ORDER BY user_id',
      [accountId, ticketId],
    );
    return rows.map((row) => row.user_id);
  }

  async mention(tx: Tx, accountId: string, ticketId: string, userIds: string[], at: Date): Promise<void> {
    if (userIds.length === 0) return;
    await tx.query(
      `INSERT INTO tickets.ticket_mention (account_id, ticket_id, user_id, mentioned_at) SELECT $1, $2, u, $4 FROM unnest($3::uuid[]) u
       ON CONFLICT (account_id, ticket_id, user_id) DO UPDATE SET mentioned_at = greatest(ticket_mention.mentioned_at, excluded.mentioned_at)`,
      [accountId, ticketId, userIds, at],
    );
  }
}
