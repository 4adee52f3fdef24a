import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  AddShare,
  AuthorizeTicket,
  ChangePipeline,
  ChangeView,
  CountViews,
  CreatePipeline,
  CreateProperty,
  CreateTicket,
  CreateView,
  DeletePipeline,
  DeleteTicket,
  DeleteView,
  FollowTicket,
  GetCreateForm,
  GetTicket,
  GetTicketAccess,
  ListPipelines,
  ListProperties,
  ListShares,
  ListTickets,
  ListViews,
  PatchTicket,
  PublishCreateForm,
  RemoveShare,
  RestoreTicket,
  SetUpTickets,
  TicketHistory,
  VisibleTickets,
  type AddShareArgs,
  type ChangeViewArgs,
  type ListTicketsArgs,
  type PatchTicketArgs,
  type CreateForm,
  type CreateTicketArgs,
  type PipelineFields,
  type PropertyFields,
  type TicketAction,
  type TicketViewId,
  type ViewFields,
} from '@helpdesk/contracts';
import { accountOf, Answers, nameOf, scopeOf, type Call } from '@helpdesk/platform';
import { CreationService } from './creation/creation.service.js';
import { FollowingService } from './following/following.service.js';
import { ListingService } from './listing/listing.service.js';
import { PipelineSettingsService } from './pipelines/pipeline-settings.service.js';
import { PipelinesService } from './pipelines/pipelines.service.js';
import { CreateFormService } from './properties/create-form.service.js';
import { PropertiesService } from './properties/properties.service.js';
import { SharingService } from './sharing/sharing.service.js';
import { TrashService } from './trash/trash.service.js';
import { ViewsService } from './views/views.service.js';
import { TicketsService } from './tickets/tickets.service.js';

@Controller()
export class TicketsController {
  constructor(
    private readonly tickets: TicketsService,
    private readonly listing: ListingService,
    private readonly pipelines: PipelinesService,
    private readonly pipelineSettings: PipelineSettingsService,
    private readonly properties: PropertiesService,
    private readonly createForm: CreateFormService,
    private readonly sharing: SharingService,
    private readonly following: FollowingService,
    private readonly creation: CreationService,
    private readonly trash: TrashService,
    private readonly views: ViewsService,
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
    return this.tickets.patch(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(CreateTicket)
  create(@Payload() { actor, args }: Call<CreateTicketArgs>) {
    return this.creation.create(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(DeleteTicket)
  async delete(@Payload() { actor, args }: Call<{ id: string }>) {
    await this.trash.delete(scopeOf(actor), nameOf(actor), args.id);
    return { deleted: true as const };
  }

  @Answers(RestoreTicket)
  restore(@Payload() { actor, args }: Call<{ id: string }>) {
    return this.trash.restore(scopeOf(actor), nameOf(actor), args.id);
  }

  @Answers(TicketHistory)
  async history(@Payload() { actor, args }: Call<{ id: string }>) {
    return { items: await this.tickets.history(scopeOf(actor), args.id) };
  }

  @Answers(CountViews)
  async countViews(@Payload() { actor, args }: Call<{ views: TicketViewId[]; withCustom: boolean }>) {
    return { counts: await this.listing.counts(scopeOf(actor), args.views, args.withCustom) };
  }

  @Answers(ListViews)
  async listViews(@Payload() { actor }: Call<Record<string, never>>) {
    return { items: await this.views.list(scopeOf(actor)) };
  }

  @Answers(CreateView)
  createView(@Payload() { actor, args }: Call<ViewFields & { id: string }>) {
    return this.views.create(scopeOf(actor), args);
  }

  @Answers(ChangeView)
  changeView(@Payload() { actor, args }: Call<ChangeViewArgs>) {
    return this.views.change(scopeOf(actor), args);
  }

  @Answers(DeleteView)
  async deleteView(@Payload() { actor, args }: Call<{ id: string; managesAll: boolean }>) {
    await this.views.delete(scopeOf(actor), args.id, args.managesAll);
    return { deleted: true as const };
  }

  @Answers(VisibleTickets)
  async visible(@Payload() { actor, args }: Call<{ ids: string[] }>) {
    return { ids: await this.tickets.visible(scopeOf(actor), args.ids) };
  }

  @Answers(GetTicketAccess)
  access(@Payload() { actor, args }: Call<{ id: string }>) {
    return this.sharing.facts(scopeOf(actor), args.id);
  }

  @Answers(ListShares)
  async shares(@Payload() { actor, args }: Call<{ id: string }>) {
    return { items: await this.sharing.list(scopeOf(actor), args.id) };
  }

  @Answers(AddShare)
  addShare(@Payload() { actor, args }: Call<AddShareArgs>) {
    return this.sharing.add(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(RemoveShare)
  async removeShare(@Payload() { actor, args }: Call<{ id: string; shareId: string }>) {
    await this.sharing.remove(scopeOf(actor), nameOf(actor), args.id, args.shareId);
    return { removed: true as const };
  }

  @Answers(FollowTicket)
  async follow(@Payload() { actor, args }: Call<{ id: string; follows: boolean }>) {
    await this.following.follow(scopeOf(actor), args.id, args.follows);
    return { follows: args.follows };
  }

  @Answers(ListPipelines)
  async listPipelines(@Payload() { actor }: Call<Record<string, never>>) {
    return { items: await this.pipelines.list(accountOf(actor)) };
  }

  @Answers(CreatePipeline)
  createPipeline(@Payload() { actor, args }: Call<PipelineFields & { id: string }>) {
    return this.pipelineSettings.create(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(ChangePipeline)
  changePipeline(@Payload() { actor, args }: Call<PipelineFields & { id: string; moveToStageId?: string }>) {
    return this.pipelineSettings.change(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(DeletePipeline)
  async deletePipeline(@Payload() { actor, args }: Call<{ id: string; moveToStageId?: string }>) {
    await this.pipelineSettings.delete(scopeOf(actor), nameOf(actor), args.id, args.moveToStageId);
    return { deleted: true as const };
  }

  @Answers(ListProperties)
  async listProperties(@Payload() { actor }: Call<Record<string, never>>) {
    return { items: await this.properties.list(accountOf(actor)) };
  }

  @Answers(CreateProperty)
  createProperty(@Payload() { actor, args }: Call<PropertyFields & { id: string }>) {
    return this.properties.create(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(GetCreateForm)
  getCreateForm(@Payload() { actor }: Call<Record<string, never>>) {
    return this.createForm.get(accountOf(actor));
  }

  @Answers(PublishCreateForm)
  publishCreateForm(@Payload() { actor, args }: Call<CreateForm>) {
    return this.createForm.publish(scopeOf(actor), nameOf(actor), args);
  }

  @Answers(SetUpTickets)
  async setUp(@Payload() { actor }: Call<Record<string, never>>) {
    return { pipelineId: await this.pipelines.setUp(accountOf(actor)) };
  }
}
