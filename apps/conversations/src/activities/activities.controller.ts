import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { AttachedActivities, FindActivities, ListActivities, type ListActivitiesArgs, type TicketGrant } from '@helpdesk/contracts';
import { accountOf, Answers, type Call } from '@helpdesk/platform';
import { ActivitiesService } from './activities.service.js';

@Controller()
export class ActivitiesController {
  constructor(private readonly activities: ActivitiesService) {}

  @Answers(ListActivities)
  list(@Payload() { actor, args }: Call<ListActivitiesArgs>) {
    return this.activities.list(accountOf(actor), args);
  }

  @Answers(FindActivities)
  async find(@Payload() { actor, args }: Call<{ ids: string[] }>) {
    return { items: await this.activities.find(accountOf(actor), args.ids) };
  }

  @Answers(AttachedActivities)
  async attached(@Payload() { actor, args }: Call<{ grant: TicketGrant }>) {
    return { items: await this.activities.attached(accountOf(actor), args.grant.ticketId) };
  }
}
