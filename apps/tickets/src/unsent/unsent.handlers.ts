import { Injectable } from '@nestjs/common';
import { UnsentChanged } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { TicketRepository } from '../tickets/ticket.repository.js';
import { UnsentRepository } from './unsent.repository.js';

/** Keeps what the views of drafts and of scheduled messages show. */
@Injectable()
export class UnsentHandlers {
  constructor(
    private readonly repository: TicketRepository,
    private readonly unsent: UnsentRepository,
  ) {}

  @OnEvent(UnsentChanged)
  async onUnsentChanged(event: UnsentChanged, tx: Tx, { accountId }: Delivery): Promise<void> {
    const ticket = await this.repository.lockSurvivor(tx, accountId, event.ticketId);
    if (ticket) await this.unsent.set(tx, ticket, event);
  }
}
