import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CatchUpConversations, RethreadMessage, SplitThread, type OperationMaker, type TicketGrant } from '@helpdesk/contracts';
import { Consumer } from '@helpdesk/messaging';
import { accountOf, Answers, type Call } from '@helpdesk/platform';
import { MovesService } from './moves.service.js';

interface Restructuring {
  operationId: string;
  by: OperationMaker;
}

@Controller()
export class MovesController {
  constructor(
    private readonly moves: MovesService,
    private readonly consumer: Consumer,
  ) {}

  @Answers(SplitThread)
  async split(
    @Payload() { actor, args }: Call<Restructuring & { ticketId: string; grant: TicketGrant; messageIds: string[]; name?: string }>,
  ) {
    await this.moves.split(accountOf(actor), args);
    return { done: true as const };
  }

  @Answers(RethreadMessage)
  async rethread(@Payload() { actor, args }: Call<Restructuring & { messageId: string; from: TicketGrant; to: TicketGrant }>) {
    await this.moves.rethread(accountOf(actor), args);
    return { done: true as const };
  }

  @Answers(CatchUpConversations)
  async catchUp(@Payload() { args }: Call<{ ticketIds: string[] }>) {
    for (const id of args.ticketIds) await this.consumer.handleKey(id);
    return { done: true as const };
  }
}
