import { Injectable } from '@nestjs/common';
import { MoveUndone, TicketMerged } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { MovesService } from './moves.service.js';

@Injectable()
export class MovesHandlers {
  constructor(private readonly moves: MovesService) {}

  @OnEvent(TicketMerged)
  onTicketMerged(event: TicketMerged, tx: Tx, { accountId }: Delivery): Promise<void> {
    return this.moves.merge(tx, accountId, event);
  }

  @OnEvent(MoveUndone)
  onMoveUndone(event: MoveUndone, tx: Tx, { accountId }: Delivery): Promise<void> {
    return this.moves.undo(tx, accountId, event);
  }
}
