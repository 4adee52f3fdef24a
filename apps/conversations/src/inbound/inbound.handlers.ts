import { Injectable } from '@nestjs/common';
import { InboundReceived } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { InboundService } from './inbound.service.js';

@Injectable()
export class InboundHandlers {
  constructor(private readonly inbound: InboundService) {}

  @OnEvent(InboundReceived)
  onInboundReceived(event: InboundReceived, tx: Tx, delivery: Delivery): Promise<void> {
    return this.inbound.receive(event, tx, delivery);
  }
}
