import { Injectable } from '@nestjs/common';
import { ActivitiesAttached } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { ActivitiesService } from './activities.service.js';

@Injectable()
export class ActivitiesHandlers {
  constructor(private readonly activities: ActivitiesService) {}

  @OnEvent(ActivitiesAttached)
  onActivitiesAttached(event: ActivitiesAttached, tx: Tx, { accountId }: Delivery): Promise<void> {
    return this.activities.attach(tx, accountId, event);
  }
}
