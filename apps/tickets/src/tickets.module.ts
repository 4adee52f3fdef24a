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
import { SearchController } from './search/search.controller.js';
import { SearchRepository } from './search/search.repository.js';
import { SearchService } from './search/search.service.js';
import { SharingRepository } from './sharing/sharing.repository.js';
import { SharingService } from './sharing/sharing.service.js';
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
      controllers: [SearchController, TicketsController],
      providers: [
        { provide: RUNTIME, useValue: runtime },
        liveBusFor(runtime),
        CreateFormService,
        CreationRepository,
        CreationService,
        FollowingService,
        ListingService,
        PipelineSettingsService,
        PipelinesService,
        PropertiesService,
        SearchRepository,
        SearchService,
        SharingRepository,
        SharingService,
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
