import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import type { ServiceName } from '@helpdesk/contracts';
import { DatabaseModule, RpcClient, type Runtime } from '@helpdesk/platform';
import { AccountsService } from './accounts/accounts.service.js';
import { SetUpController } from './accounts/setup.controller.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { AttachmentsController } from './attachments/attachments.controller.js';
import { PublicFilesController } from './attachments/public-files.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditLog } from './audit/audit.log.js';
import { AuthGuard } from './auth/auth.guard.js';
import { AuthRepository } from './auth/auth.repository.js';
import { RouteAccessCheck } from './auth/route-access.check.js';
import { SessionController } from './auth/session.controller.js';
import { ChannelsController } from './channels/channels.controller.js';
import { GatewayHealth } from './health/gateway-health.js';
import { DevController, HealthController } from './health/health.controller.js';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor.js';
import { IdempotencyRepository } from './idempotency/idempotency.repository.js';
import { IngestController } from './ingest/ingest.controller.js';
import { MessagesController } from './messages/messages.controller.js';
import { NotificationsController } from './notifications/notifications.controller.js';
import { PagesController } from './pages/pages.controller.js';
import { QuarantineController } from './quarantine/quarantine.controller.js';
import { TicketsController } from './tickets/tickets.controller.js';
import { RUNTIME } from './tokens.js';

const POOL_SIZE = 5;

@Module({})
export class GatewayModule {
  static forRuntime(runtime: Runtime, addresses: Partial<Record<ServiceName, string>>): DynamicModule {
    return {
      module: GatewayModule,
      imports: [DatabaseModule.forService(runtime, [], POOL_SIZE), DiscoveryModule],
      controllers: [
        ApiKeysController,
        AttachmentsController,
        AuditController,
        ChannelsController,
        DevController,
        HealthController,
        IngestController,
        MessagesController,
        NotificationsController,
        PagesController,
        PublicFilesController,
        QuarantineController,
        SessionController,
        SetUpController,
        TicketsController,
      ],
      providers: [
        { provide: RUNTIME, useValue: runtime },
        { provide: RpcClient, useFactory: () => new RpcClient(runtime, addresses) },
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        AccountsService,
        AuditLog,
        AuthRepository,
        GatewayHealth,
        IdempotencyRepository,
        RouteAccessCheck,
      ],
    };
  }
}
