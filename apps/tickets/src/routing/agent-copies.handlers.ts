import { Injectable } from '@nestjs/common';
import { AgentChanged } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { RoutingRepository } from './routing.repository.js';

@Injectable()
export class AgentCopiesHandlers {
  constructor(private readonly routing: RoutingRepository) {}

  @OnEvent(AgentChanged)
  onAgentChanged(event: AgentChanged, tx: Tx, { accountId }: Delivery): Promise<void> {
    return this.routing.keepAgent(tx, accountId, event);
  }
}
