import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  ChangeBusinessHours,
  ChangeSlaPolicy,
  CreateBusinessHours,
  CreateSlaPolicy,
  DeleteBusinessHours,
  DeleteSlaPolicy,
  GetTicketSla,
  ListBusinessHours,
  ListSlaPolicies,
  PreviewSlaPolicy,
  type BusinessHoursFields,
  type SlaPolicyFields,
  type SlaReach,
} from '@helpdesk/contracts';
import { accountOf, Answers, scopeOf, type Actor, type Call } from '@helpdesk/platform';
import { TicketsService } from '../tickets/tickets.service.js';
import { BusinessHoursService } from './business-hours.service.js';
import { PolicySettingsService } from './policy-settings.service.js';
import { SlaPreviewService } from './preview.service.js';
import { SlaService } from './sla.service.js';

type Saved<T> = T & { id: string; appliesTo: SlaReach };

@Controller()
export class SlaController {
  constructor(
    private readonly hours: BusinessHoursService,
    private readonly policies: PolicySettingsService,
    private readonly previews: SlaPreviewService,
    private readonly sla: SlaService,
    private readonly tickets: TicketsService,
  ) {}

  @Answers(ListBusinessHours)
  async listHours(@Payload() { actor }: Call<Record<string, never>>) {
    return { items: await this.hours.list(accountOf(actor)) };
  }

  @Answers(CreateBusinessHours)
  createHours(@Payload() { actor, args }: Call<BusinessHoursFields & { id: string }>) {
    return this.hours.create(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(ChangeBusinessHours)
  changeHours(@Payload() { actor, args }: Call<Saved<BusinessHoursFields>>) {
    return this.hours.change(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(DeleteBusinessHours)
  async deleteHours(@Payload() { actor, args }: Call<{ id: string }>) {
    await this.hours.delete(scopeOf(actor), nameOf(actor), args.id);
    return { deleted: true as const };
  }

  @Answers(ListSlaPolicies)
  async listPolicies(@Payload() { actor }: Call<Record<string, never>>) {
    return { items: await this.policies.list(accountOf(actor)) };
  }

  @Answers(CreateSlaPolicy)
  createPolicy(@Payload() { actor, args }: Call<Saved<SlaPolicyFields>>) {
    return this.policies.create(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(ChangeSlaPolicy)
  changePolicy(@Payload() { actor, args }: Call<Saved<SlaPolicyFields>>) {
    return this.policies.change(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(DeleteSlaPolicy)
  async deletePolicy(@Payload() { actor, args }: Call<{ id: string }>) {
    await this.policies.delete(scopeOf(actor), nameOf(actor), args.id);
    return { deleted: true as const };
  }

  @Answers(PreviewSlaPolicy)
  preview(@Payload() { actor, args }: Call<SlaPolicyFields & { id?: string }>) {
    return this.previews.preview(scopeOf(actor), args);
  }

  @Answers(GetTicketSla)
  async ofTicket(@Payload() { actor, args }: Call<{ id: string }>) {
    const scope = scopeOf(actor);
    const ticket = await this.tickets.mayDo(scope, args.id, 'view');
    return { clocks: await this.sla.clocksOf(scope, ticket) };
  }
}

const nameOf = (actor: Actor) => (actor.kind === 'user' ? actor.name : '');
