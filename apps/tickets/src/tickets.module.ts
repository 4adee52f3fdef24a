import { Module, type DynamicModule } from '@nestjs/common';
import { liveBusFor, MessagingModule } from '@helpdesk/messaging';
import { DatabaseModule, type Runtime } from '@helpdesk/platform';
import { MergedRecordsHandlers } from './associations/merged-records.handlers.js';
import { MergedRecordsRepository } from './associations/merged-records.repository.js';
import { MergedRecordsService } from './associations/merged-records.service.js';
import { CreationRepository } from './creation/creation.repository.js';
import { CreationService } from './creation/creation.service.js';
import { FollowingService } from './following/following.service.js';
import { ListingService } from './listing/listing.service.js';
import { BulkService } from './operations/bulk.service.js';
import { MergeService } from './operations/merge.service.js';
import { MergesRepository } from './operations/merges.repository.js';
import { OperationsController } from './operations/operations.controller.js';
import { OperationsHandlers } from './operations/operations.handlers.js';
import { OperationsRepository } from './operations/operations.repository.js';
import { OperationsService } from './operations/operations.service.js';
import { SplitService } from './operations/split.service.js';
import { PipelineSettingsService } from './pipelines/pipeline-settings.service.js';
import { PipelinesService } from './pipelines/pipelines.service.js';
import { CreateFormService } from './properties/create-form.service.js';
import { PropertiesService } from './properties/properties.service.js';
import { AgentCopiesHandlers } from './routing/agent-copies.handlers.js';
import { RoutingRepository } from './routing/routing.repository.js';
import { RoutingService } from './routing/routing.service.js';
import { SearchController } from './search/search.controller.js';
import { SearchRepository } from './search/search.repository.js';
import { SearchService } from './search/search.service.js';
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
import { AssociationsRepository } from './tickets/associations.repository.js';
import { AssociationsService } from './tickets/associations.service.js';
import { TicketChanges } from './tickets/ticket-changes.js';
import { TicketHandlers } from './tickets/ticket.handlers.js';
import { TicketNotices } from './tickets/ticket-notices.js';
import { TicketRepository } from './tickets/ticket.repository.js';
import { TicketsService } from './tickets/tickets.service.js';
import { PurgeHandlers } from './trash/purge.handlers.js';
import { TrashService } from './trash/trash.service.js';
import { UnsentHandlers } from './unsent/unsent.handlers.js';
import { UnsentRepository } from './unsent/unsent.repository.js';
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
      controllers: [OperationsController, SearchController, SlaController, TicketsController],
      providers: [
        { provide: RUNTIME, useValue: runtime },
        liveBusFor(runtime),
        AgentCopiesHandlers,
        AssociationsRepository,
        AssociationsService,
        BulkService,
        BusinessHoursService,
        CreateFormService,
        CreationRepository,
        CreationService,
        FollowingService,
        ListingService,
        MergedRecordsHandlers,
        MergedRecordsRepository,
        MergedRecordsService,
        MergeService,
        MergesRepository,
        OperationsHandlers,
        OperationsRepository,
        OperationsService,
        PipelineSettingsService,
        PipelinesService,
        PolicyApplication,
        PolicySettingsService,
        PropertiesService,
        PurgeHandlers,
        RoutingRepository,
        RoutingService,
        SearchRepository,
        SearchService,
        SharingRepository,
        SharingService,
        SlaHandlers,
        SlaPoliciesService,
        SlaPreviewService,
        SlaRepository,
        SlaService,
        SplitService,
        TicketChanges,
        TicketHandlers,
        TicketNotices,
        TicketRepository,
        TicketsService,
        TrashService,
        UnsentHandlers,
        UnsentRepository,
        ViewsService,
      ],
    };
  }
}
