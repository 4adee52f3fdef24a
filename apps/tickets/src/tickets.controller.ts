import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  AuthorizeTicket,
  GetTicket,
  ListPipelines,
  ListTickets,
  PatchTicket,
  SetUpTickets,
  TicketHistory,
  type ListTicketsArgs,
  type PatchTicketArgs,
  type TicketAction,
} from '@helpdesk/contracts';
import { accountOf, Answers, scopeOf, type Call } from '@helpdesk/platform';
import { ListingService } from './listing/listing.service.js';
import { PipelinesService } from './pipelines/pipelines.service.js';
import { TicketsService } from './tickets/tickets.service.js';

@Controller()
export class TicketsController {
  constructor(
    private readonly tickets: TicketsService,
    private readonly listing: ListingService,
    private readonly pipelines: PipelinesService,
  ) {}

  @Answers(ListTickets)
  list(@Payload() { actor, args }: Call<ListTicketsArgs>) {
    return this.listing.list(scopeOf(actor), args);
  }

  @Answers(GetTicket)
  get(@Payload() { actor, args }: Call<{ id: string }>) {
    return this.tickets.get(scopeOf(actor), args.id);
  }

  @Answers(AuthorizeTicket)
  authorize(@Payload() { actor, args }: Call<{ id: string; action: TicketAction; moveToStageId?: string }>) {
    return this.tickets.authorize(scopeOf(actor), args.id, args.action, args.moveToStageId);
  }

  @Answers(PatchTicket)
  patch(@Payload() { actor, args }: Call<PatchTicketArgs>) {
    return this.tickets.patch(scopeOf(actor), actor.kind === 'user' ? actor.name : '', args);
  }

  @Answers(TicketHistory)
  async history(@Payload() { actor, args }: Call<{ id: string }>) {
    return { items: await this.tickets.history(scopeOf(actor), args.id) };
  }

  @Answers(ListPipelines)
  async listPipelines(@Payload() { actor }: Call<Record<string, never>>) {
    return { items: await this.pipelines.list(accountOf(actor)) };
  }

  @Answers(SetUpTickets)
  async setUp(@Payload() { actor }: Call<Record<string, never>>) {
    return { pipelineId: await this.pipelines.setUp(accountOf(actor)) };
  }
}
