import { Injectable } from '@nestjs/common';
import { TicketChanged, TicketCreated } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import { newId, type Tx } from '@helpdesk/platform';
import { MovesRepository } from '../moves/moves.repository.js';
import { AutoReplyService } from '../replies/auto-reply.service.js';

@Injectable()
export class TicketEventsHandlers {
  constructor(
    private readonly autoReply: AutoReplyService,
    private readonly moves: MovesRepository,
  ) {}

  @OnEvent(TicketCreated)
  async onTicketCreated(event: TicketCreated, tx: Tx, { accountId }: Delivery): Promise<void> {
    await tx.query('UPDATE conversations.ticket_thread SET number = $2 WHERE ticket_id = $1', [event.ticketId, event.number]);
    const ticketId = await this.moves.survivor(tx, accountId, event.ticketId);
    await this.autoReply.acknowledge(tx, accountId, { ...event, ticketId });
  }

  /** Keeps the thread's state, and shows in the timeline what changed. An older version than the one known changes nothing. */
  @OnEvent(TicketChanged)
  async onTicketChanged(event: TicketChanged, tx: Tx, { accountId }: Delivery): Promise<void> {
    await tx.query('INSERT INTO conversations.ticket_thread (ticket_id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      event.ticketId,
      accountId,
    ]);
    const row = await tx.queryOne<{ merged_into: string | null }>(
      `UPDATE conversations.ticket_thread SET ticket_version = $2, state = $3, reopen_until = $4
       WHERE ticket_id = $1 AND ticket_version < $2 RETURNING merged_into`,
      [event.ticketId, event.version, event.state, event.reopenUntil],
    );
    if (!row) return;
    const home = row.merged_into ? await this.moves.survivor(tx, accountId, event.ticketId) : event.ticketId;
    await tx.query(
      `WITH thread AS (UPDATE conversations.ticket_thread SET last_seq = last_seq + 1 WHERE ticket_id = $3 RETURNING last_seq)
       INSERT INTO conversations.message (id, account_id, ticket_id, seq, kind, direction, author_type, author_id, author_name, text, facts, created_at)
       SELECT $1, $2, $3, last_seq, 'event', 'internal', $4, $5, $6, $7, $8, $9 FROM thread`,
      [
        newId(),
        accountId,
        home,
        event.actorUserId ? 'user' : 'system',
        event.actorUserId,
        event.actorName,
        event.changes.map((c) => `${c.field}: ${label(c.oldLabel ?? c.old)} → ${label(c.newLabel ?? c.new)}`).join('; '),
        JSON.stringify(event.changes),
        event.at,
      ],
    );
  }
}

const label = (value: unknown) => (value === null || value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value));
