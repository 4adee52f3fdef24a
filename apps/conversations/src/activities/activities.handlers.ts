import { Injectable } from '@nestjs/common';
import { ActivitiesAttached } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { MovesRepository } from '../moves/moves.repository.js';
import { ActivitiesService } from './activities.service.js';

@Injectable()
export class ActivitiesHandlers {
  constructor(
    private readonly activities: ActivitiesService,
    private readonly moves: MovesRepository,
  ) {}

  @OnEvent(ActivitiesAttached)
  async onActivitiesAttached(event: ActivitiesAttached, tx: Tx, { accountId }: Delivery): Promise<void> {
    // The ticket may have gone into another since.
    const ticketId = await this.moves.survivor(tx, accountId, event.ticketId);
    await this.activities.attach(tx, accountId, { ...event, ticketId });
  }
}
