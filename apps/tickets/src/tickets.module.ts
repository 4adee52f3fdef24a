import { Module, type DynamicModule } from '@nestjs/common';
import { liveBusFor, MessagingModule } from '@helpdesk/messaging';
import { DatabaseModule, type Runtime } from '@helpdesk/platform';
import { CreationRepository } from './creation/creation.repository.js';
import { CreationService } from './creation/creation.service.js';
import { FollowingService } from './following/following.service.js';
import { ListingService } from './listing/listing.service.js';
import { PipelineSettingsService } from './pipelines/pipeline-settings.service.js';
import { PipelinesService } from './pipelines/pipelines.service.js';
import { CreateFormService } from './properties/create-form.service.js';
import { PropertiesService } from './properties/properties.service.js';
import { SharingRepository } from './sharing/sharing.repository.js';
import { SharingService } from './sharing/sharing.service.js';
import { BusinessHoursService } from './sla/business-hours.service.js';
import { SlaPoliciesService } from './sla/policies.service.js';
import { PolicyApplication } from './sla/policy-application.js';
import { PolicySettingsService } from './sla/policy-settings.service.js';
import { SlaPreviewService } from './sla/preview.service.js';
import { SlaController } from './sla/sla.controller.js';
import { SlaHandlers } from './sla/sla.handlers.js';
import { SlaRepository } from './sla/sla.repository.js';
import { SlaService } from './sla/sla.service.js';
import { TicketsController } from './tickets.controller.js';
import { TicketChanges } from './tickets/ticket-changes.js';
import { TicketHandlers } from './tickets/ticket.handlers.js';
import { TicketNotices } from './tickets/ticket-notices.js';
import { TicketRepository } from './tickets/ticket.repository.js';
import { TicketsService } from './tickets/tickets.service.js';
import { TrashService } from './trash/trash.service.js';
import { ViewsService } from './views/views.service.js';
import { RUNTIME } from './tokens.js';

/** Database connections, and keys handled at once, of one process. */
const POOL_SIZE = 5;
const CONCURRENCY = 4;

@Module({})
export class TicketsModule {
  static forRuntime(runtime: Runtime): DynamicModule {
    return {
      module: TicketsModule,
      imports: [DatabaseModule.forService(runtime, [], POOL_SIZE), MessagingModule.forService(runtime, CONCURRENCY)],
      controllers: [SlaController, TicketsController],
      providers: [
        { provide: RUNTIME, useValue: runtime },
        liveBusFor(runtime),
        BusinessHoursService,
        CreateFormService,
        CreationRepository,
        CreationService,
        FollowingService,
        ListingService,
        PipelineSettingsService,
        PipelinesService,
        PolicyApplication,
        PolicySettingsService,
        PropertiesService,
        SharingRepository,
        SharingService,
        SlaHandlers,
        SlaPoliciesService,
        SlaPreviewService,
        SlaRepository,
        SlaService,
        TicketChanges,
        TicketHandlers,
        TicketNotices,
        TicketRepository,
        TicketsService,
        TrashService,
        ViewsService,
      ],
    };
  }
}
