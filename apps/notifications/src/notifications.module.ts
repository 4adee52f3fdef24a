import { Controller, Module, type DynamicModule } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ListNotifications, ReadNotification } from '@helpdesk/contracts';
import { MessagingModule } from '@helpdesk/messaging';
import { Answers, DatabaseModule, scopeOf, type Call, type Runtime } from '@helpdesk/platform';
import { NotificationsService } from './notifications.service.js';

@Controller()
export class NotificationsController {
  constructor(private readonly notifications: NotificationsService) {}

  @Answers(ListNotifications)
  list(@Payload() { actor, args }: Call<{ limit: number; cursor?: string }>) {
    const { accountId, userId } = scopeOf(actor);
    return this.notifications.list(accountId, userId, args.limit, args.cursor);
  }

  @Answers(ReadNotification)
  read(@Payload() { actor, args }: Call<{ id: string }>) {
    const { accountId, userId } = scopeOf(actor);
    return this.notifications.read(accountId, userId, args.id);
  }
}

const POOL_SIZE = 3;
const CONCURRENCY = 2;

@Module({})
export class NotificationsModule {
  static forRuntime(runtime: Runtime): DynamicModule {
    return {
      module: NotificationsModule,
      imports: [DatabaseModule.forService(runtime, [], POOL_SIZE), MessagingModule.forService(runtime, CONCURRENCY)],
      controllers: [NotificationsController],
      providers: [NotificationsService],
    };
  }
}
