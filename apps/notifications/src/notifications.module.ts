import { Controller, Module, type DynamicModule } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { GetNotification, ListNotifications, ListSystemMail, ReadNotification } from '@helpdesk/contracts';
import { liveBusFor, MessagingModule } from '@helpdesk/messaging';
import { accountOf, Answers, DatabaseModule, scopeOf, type Call, type Runtime } from '@helpdesk/platform';
import { NotificationsService } from './notifications.service.js';
import { SystemMailService } from './system-mail/system-mail.service.js';
import { RUNTIME } from './tokens.js';

@Controller()
export class NotificationsController {
  constructor(
    private readonly notifications: NotificationsService,
    private readonly systemMail: SystemMailService,
  ) {}

  @Answers(ListNotifications)
  list(@Payload() { actor, args }: Call<{ limit: number; cursor?: string }>) {
    const { accountId, userId } = scopeOf(actor);
    return this.notifications.list(accountId, userId, args.limit, args.cursor);
  }

  @Answers(GetNotification)
  get(@Payload() { actor, args }: Call<{ id: string }>) {
    const { accountId, userId } = scopeOf(actor);
    return this.notifications.get(accountId, userId, args.id);
  }

  @Answers(ReadNotification)
  read(@Payload() { actor, args }: Call<{ id: string }>) {
    const { accountId, userId } = scopeOf(actor);
    return this.notifications.read(accountId, userId, args.id);
  }

  @Answers(ListSystemMail)
  outbox(@Payload() { actor, args }: Call<{ limit: number }>) {
    return this.systemMail.outbox(accountOf(actor), args.limit);
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
      providers: [{ provide: RUNTIME, useValue: runtime }, liveBusFor(runtime), NotificationsService, SystemMailService],
    };
  }
}
