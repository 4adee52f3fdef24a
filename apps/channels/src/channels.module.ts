import { Module, type DynamicModule } from '@nestjs/common';
import { MessagingModule } from '@helpdesk/messaging';
import { DatabaseModule, type Runtime } from '@helpdesk/platform';
import { CustomSender } from './adapters/custom/custom-sender.js';
import { EmailArrivals } from './adapters/email/email-arrival.js';
import { EmailSender } from './adapters/email/email-sender.js';
import { SmtpListener } from './adapters/email/smtp-listener.js';
import { IngestService } from './adapters/ingest/ingest.service.js';
import { QueueDoor } from './adapters/ingest/queue-door.js';
import { ChannelAccount } from './channel-accounts/channel-account.entity.js';
import { ChannelAccountsService } from './channel-accounts/channel-accounts.service.js';
import { ChannelDirectory } from './channel-accounts/channel-directory.js';
import { ChannelsController } from './channels.controller.js';
import { ChannelSenders } from './delivery/channel-senders.js';
import { DeliveryHandlers } from './delivery/delivery.handlers.js';
import { DeliverySender } from './delivery/delivery-sender.js';
import { InboxService } from './inbound/inbox.service.js';
import { QuarantineService } from './quarantine/quarantine.service.js';
import { RUNTIME } from './tokens.js';

/** Database connections and keys handled at once by one process. */
const POOL_SIZE = 6;
const CONCURRENCY = 4;

@Module({})
export class ChannelsModule {
  static forRuntime(runtime: Runtime): DynamicModule {
    return {
      module: ChannelsModule,
      imports: [DatabaseModule.forService(runtime, [ChannelAccount], POOL_SIZE), MessagingModule.forService(runtime, CONCURRENCY)],
      controllers: [ChannelsController],
      providers: [
        { provide: RUNTIME, useValue: runtime },
        ChannelAccountsService,
        ChannelDirectory,
        ChannelSenders,
        CustomSender,
        DeliveryHandlers,
        DeliverySender,
        EmailArrivals,
        EmailSender,
        InboxService,
        IngestService,
        QuarantineService,
        QueueDoor,
        SmtpListener,
      ],
    };
  }
}
