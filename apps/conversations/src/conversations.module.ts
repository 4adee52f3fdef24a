import { Module, type DynamicModule } from '@nestjs/common';
import { MessagingModule } from '@helpdesk/messaging';
import { DatabaseModule, type Runtime } from '@helpdesk/platform';
import { ActivitiesController } from './activities/activities.controller.js';
import { ActivitiesHandlers } from './activities/activities.handlers.js';
import { ActivitiesRepository } from './activities/activities.repository.js';
import { ActivitiesService } from './activities/activities.service.js';
import { AttachmentsService } from './attachments/attachments.service.js';
import { ChannelCopiesHandlers } from './channel-copies/channel-copies.handlers.js';
import { CommentsService } from './comments/comments.service.js';
import { CompaniesService } from './contacts/companies.service.js';
import { ContactsService } from './contacts/contacts.service.js';
import { MergingController } from './contacts/merging.controller.js';
import { MergingService } from './contacts/merging.service.js';
import { ConversationsController } from './conversations.controller.js';
import { DeliveryHandlers } from './delivery/delivery.handlers.js';
import { DraftsService } from './drafts/drafts.service.js';
import { InboundHandlers } from './inbound/inbound.handlers.js';
import { InboundService } from './inbound/inbound.service.js';
import { AutoReplyService } from './replies/auto-reply.service.js';
import { MovesController } from './moves/moves.controller.js';
import { MovesHandlers } from './moves/moves.handlers.js';
import { MovesRepository } from './moves/moves.repository.js';
import { MovesService } from './moves/moves.service.js';
import { PurgeHandlers } from './purge/purge.handlers.js';
import { RepliesRepository } from './replies/replies.repository.js';
import { ReplyTargetsRepository } from './replies/reply-targets.repository.js';
import { RepliesService } from './replies/replies.service.js';
import { RecordSearch } from './search/record-search.js';
import { BlockedSendersController } from './senders/blocked-senders.controller.js';
import { BlockedSendersService } from './senders/blocked-senders.service.js';
import { TicketEventsHandlers } from './ticket-events/ticket-events.handlers.js';
import { TimelineRepository } from './timeline/timeline.repository.js';
import { TimelineService } from './timeline/timeline.service.js';
import { RUNTIME } from './tokens.js';

/** Database connections, and keys handled at once, of one process. */
const POOL_SIZE = 6;
const CONCURRENCY = 5;

@Module({})
export class ConversationsModule {
  static forRuntime(runtime: Runtime): DynamicModule {
    return {
      module: ConversationsModule,
      imports: [DatabaseModule.forService(runtime, [], POOL_SIZE), MessagingModule.forService(runtime, CONCURRENCY)],
      controllers: [ActivitiesController, BlockedSendersController, ConversationsController, MergingController, MovesController],
      providers: [
        { provide: RUNTIME, useValue: runtime },
        ActivitiesHandlers,
        ActivitiesRepository,
        ActivitiesService,
        AttachmentsService,
        AutoReplyService,
        BlockedSendersService,
        ChannelCopiesHandlers,
        CommentsService,
        CompaniesService,
        ContactsService,
        DeliveryHandlers,
        DraftsService,
        InboundHandlers,
        InboundService,
        MergingService,
        MovesHandlers,
        MovesRepository,
        MovesService,
        PurgeHandlers,
        RecordSearch,
        RepliesRepository,
        ReplyTargetsRepository,
        RepliesService,
        TicketEventsHandlers,
        TimelineRepository,
        TimelineService,
      ],
    };
  }
}
