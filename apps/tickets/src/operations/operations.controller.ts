import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CatchUpTickets, GetOperation, MergeTickets, MoveTicket, StartBulk, UndoOperation, type BulkArgs } from '@helpdesk/contracts';
import { Consumer } from '@helpdesk/messaging';
import { Answers, nameOf, scopeOf, type Call } from '@helpdesk/platform';
import { BulkService } from './bulk.service.js';
import { OperationsService } from './operations.service.js';

@Controller()
export class OperationsController {
  constructor(
    private readonly operations: OperationsService,
    private readonly bulk: BulkService,
    private readonly consumer: Consumer,
  ) {}

  @Answers(MergeTickets)
  merge(@Payload() { actor, args }: Call<{ operationId: string; primaryId: string; secondaryIds: string[] }>) {
    return this.operations.merge(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(MoveTicket)
  move(@Payload() { actor, args }: Call<{ operationId: string; id: string; pipelineId: string; stageId: string; teamId?: string | null }>) {
    return this.operations.move(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(StartBulk)
  startBulk(@Payload() { actor, args }: Call<BulkArgs>) {
    return this.bulk.start(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(GetOperation)
  get(@Payload() { actor, args }: Call<{ id: string }>) {
    return this.operations.get(scopeOf(actor), args.id);
  }

  @Answers(UndoOperation)
  undo(@Payload() { actor, args }: Call<{ id: string }>) {
    return this.operations.undo(scopeOf(actor), nameOf(actor), args.id);
  }

  @Answers(CatchUpTickets)
  async catchUp(@Payload() { args }: Call<{ ticketIds: string[] }>) {
    for (const id of args.ticketIds) await this.consumer.handleKey(id);
    return { done: true as const };
  }
}
