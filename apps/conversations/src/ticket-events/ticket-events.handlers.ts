import { Injectable } from '@nestjs/common';
import { TicketChanged, TicketCreated } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import { newId, type Tx } from '@helpdesk/platform';
import { AutoReplyService } from '../replies/auto-reply.service.js';

@Injectable()
export class TicketEventsHandlers {
  constructor(private readonly autoReply: AutoReplyService) {}

  @OnEvent(TicketCreated)
  async onTicketCreated(event: TicketCreated, tx: Tx, { accountId }: Delivery): Promise<void> {
    await tx.query('UPDATE conversations.ticket_thread SET number = $2 WHERE ticket_id = $1', [event.ticketId, event.number]);
    await this.autoReply.acknowledge(tx, accountId, event);
  }

  /** Keeps the thread's state, and shows in the timeline what changed. An older version than the one known changes nothing. */
  @OnEvent(TicketChanged)
  async onTicketChanged(event: TicketChanged, tx: Tx, { accountId }: Delivery): Promise<void> {
    await tx.query('INSERT INTO conversations.ticket_thread (ticket_id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      event.ticketId,
      accountId,
    ]);
    const row = await tx.queryOne<{ last_seq: number }>(
      `UPDATE conversations.ticket_thread SET ticket_version = $2, state = $3, reopen_until = $4, last_seq = last_seq + 1
       WHERE ticket_id = $1 AND ticket_version < $2 RETURNING last_seq`,
      [event.ticketId, event.version, event.state, event.reopenUntil],
    );
    if (!row) return;
    await tx.query(
      `INSERT INTO conversations.message (id, account_id, ticket_id, seq, kind, direction, author_type, author_id, author_name, text, facts, created_at)
       VALUES ($1, $2, $3, $4, 'event', 'internal', $5, $6, $7, $8, $9, $10)`,
      [
        newId(),
        accountId,
        event.ticketId,
        row.last_seq,
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
