import { Injectable } from '@nestjs/common';
import type { ConversationStarted } from '@helpdesk/contracts';
import type { Tx } from '@helpdesk/platform';
import { TicketNotices } from '../tickets/ticket-notices.js';
import { TicketRepository } from '../tickets/ticket.repository.js';
import { RoutingRepository } from './routing.repository.js';
import { route, type Routed } from './routing.rules.js';

export interface Assignment extends Routed {
  teamId: string | null;
}

/** Gives the tickets that channels make to agents, in the transaction that makes them: once, and each in his turn. */
@Injectable()
export class RoutingService {
  constructor(
    private readonly routing: RoutingRepository,
    private readonly tickets: TicketRepository,
    private readonly notices: TicketNotices,
  ) {}

  /** To whom the ticket that begins with this goes. */
  async decide(tx: Tx, accountId: string, { channel, message, contactOwnerId = null, isSpam }: ConversationStarted): Promise<Assignment> {
    const { routing } = channel;
    const teamId = routing?.mode === 'team' ? (routing.teamIds?.[0] ?? null) : channel.teamId;
    // Automatic mail and spam are nobody's work (D-41).
    if (!routing || routing.mode === 'none' || message.isAutomatic || isSpam) return { ownerId: null, teamId, isTurn: false };
    // From here on no other ticket of the account is given to anybody: turns and limits stay as they are read.
    await this.tickets.holdNewTickets(tx, accountId);
    const [agents, lastUserId] = await Promise.all([
      this.routing.agents(tx, accountId, routing.mode === 'least_busy'),
      this.routing.lastInTurn(tx, accountId, channel.id),
    ]);
    return { ...route(routing, { agents, contactOwnerId, lastUserId }), teamId };
  }

  /** The ticket was made with this owner. */
  async assigned(tx: Tx, accountId: string, event: ConversationStarted, number: number, { ownerId, isTurn }: Assignment): Promise<void> {
    if (ownerId === null) return;
    const ticket = { account_id: accountId, id: event.ticketId, number };
    if (isTurn) await this.routing.noteTurn(tx, accountId, event.channel.id, ownerId);
    const desk = { type: 'system' as const, id: null, name: 'Automation' };
    await this.tickets.record(tx, ticket, 1, new Date(event.message.at), desk, 'routing', [{ field: 'ownerId', old: null, new: ownerId }]);
    await this.notices.tell(tx, ticket, { topic: 'assigned', reason: 'owner', userIds: [ownerId], messageId: null });
  }
}
