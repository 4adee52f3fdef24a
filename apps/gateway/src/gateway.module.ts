import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import type { ServiceName } from '@helpdesk/contracts';
import { liveBusFor, MessagingModule } from '@helpdesk/messaging';
import { DatabaseModule, RpcClient, type Runtime } from '@helpdesk/platform';
import { AccessService } from './access/access.service.js';
import { References } from './access/references.js';
import { TicketAccessController } from './access/ticket-access.controller.js';
import { AccountController } from './accounts/account.controller.js';
import { AccountsService } from './accounts/accounts.service.js';
import { SetUpController } from './accounts/setup.controller.js';
import { ActivitiesService } from './activities/activities.service.js';
import { AgentsService } from './agents/agents.service.js';
import { AvailabilityController } from './agents/availability.controller.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { AttachmentsController } from './attachments/attachments.controller.js';
import { PublicFilesController } from './attachments/public-files.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditHandlers } from './audit/audit.handlers.js';
import { AuditLog } from './audit/audit.log.js';
import { AuthGuard } from './auth/auth.guard.js';
import { AuthRepository } from './auth/auth.repository.js';
import { PasswordCheck } from './auth/password-check.js';
import { RouteAccessCheck } from './auth/route-access.check.js';
import { SessionCookie } from './auth/session-cookie.js';
import { RecentPrincipals } from './auth/recent-principals.js';
import { SessionController } from './auth/session.controller.js';
import { SignInService } from './auth/sign-in.service.js';
import { ChannelsController } from './channels/channels.controller.js';
import { CommentsController } from './comments/comments.controller.js';
import { OwnPasswordController } from './credentials/own-password.controller.js';
import { PasswordLinks } from './credentials/password-links.js';
import { PasswordLinksRepository } from './credentials/password-links.repository.js';
import { PasswordResetsController } from './credentials/password-resets.controller.js';
import { PasswordResetsService } from './credentials/password-resets.service.js';
import { PasswordsService } from './credentials/passwords.service.js';
import { DraftsController } from './drafts/drafts.controller.js';
import { GatewayHealth } from './health/gateway-health.js';
import { DevController, HealthController } from './health/health.controller.js';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor.js';
import { IdempotencyRepository } from './idempotency/idempotency.repository.js';
import { IngestController } from './ingest/ingest.controller.js';
import { LiveServer } from './live/live-server.js';
import { MessagesController } from './messages/messages.controller.js';
import { AutoFollowing } from './notifications/auto-following.js';
import { NotificationsController } from './notifications/notifications.controller.js';
import { PreferencesController } from './notifications/preferences.controller.js';
import { PreferencesRepository } from './notifications/preferences.repository.js';
import { OidcProviderClient } from './oidc/oidc-provider.client.js';
import { OidcController } from './oidc/oidc.controller.js';
import { OidcRepository } from './oidc/oidc.repository.js';
import { OidcService } from './oidc/oidc.service.js';
import { OperationsController } from './operations/operations.controller.js';
import { PagesController } from './pages/pages.controller.js';
import { CompaniesController } from './contacts/companies.controller.js';
import { ContactsController } from './contacts/contacts.controller.js';
import { PipelinesController } from './pipelines/pipelines.controller.js';
import { PropertiesController } from './properties/properties.controller.js';
import { PropertyReferences } from './properties/property-references.js';
import { QuarantineController } from './quarantine/quarantine.controller.js';
import { SearchController } from './search/search.controller.js';
import { BlockedSendersController } from './senders/blocked-senders.controller.js';
import { BusinessHoursController } from './sla/business-hours.controller.js';
import { SlaPoliciesController } from './sla/sla-policies.controller.js';
import { TeamsController } from './teams/teams.controller.js';
import { TeamsRepository } from './teams/teams.repository.js';
import { TeamsService } from './teams/teams.service.js';
import { SimilarTicketsController } from './tickets/similar-tickets.controller.js';
import { TicketsController } from './tickets/tickets.controller.js';
import { RUNTIME } from './tokens.js';
import { TotpController } from './totp/totp.controller.js';
import { TotpRepository } from './totp/totp.repository.js';
import { TotpService } from './totp/totp.service.js';
import { UsersController } from './users/users.controller.js';
import { UsersRepository } from './users/users.repository.js';
import { UsersService } from './users/users.service.js';
import { ViewsController } from './views/views.controller.js';

/** Database connections, and events handled at once, of one process. */
const POOL_SIZE = 6;
const CONCURRENCY = 1;

@Module({})
export class GatewayModule {
  static forRuntime(runtime: Runtime, addresses: Partial<Record<ServiceName, string>>): DynamicModule {
    return {
      module: GatewayModule,
      imports: [DatabaseModule.forService(runtime, [], POOL_SIZE), MessagingModule.forService(runtime, CONCURRENCY), DiscoveryModule],
      controllers: [
        AccountController,
        ApiKeysController,
        AttachmentsController,
        AuditController,
        AvailabilityController,
        BlockedSendersController,
        BusinessHoursController,
        ChannelsController,
        CommentsController,
        CompaniesController,
        ContactsController,
        DevController,
        DraftsController,
        HealthController,
        IngestController,
        MessagesController,
        NotificationsController,
        OidcController,
        OperationsController,
        OwnPasswordController,
        PagesController,
        PasswordResetsController,
        PipelinesController,
        PreferencesController,
        PropertiesController,
        PublicFilesController,
        QuarantineController,
        SearchController,
        SessionController,
        SetUpController,
        SimilarTicketsController,
        SlaPoliciesController,
        TeamsController,
        TicketAccessController,
        TicketsController,
        TotpController,
        UsersController,
        ViewsController,
      ],
      providers: [
        { provide: RUNTIME, useValue: runtime },
        { provide: RpcClient, useFactory: () => new RpcClient(runtime, addresses) },
        liveBusFor(runtime),
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        AccessService,
        AccountsService,
        ActivitiesService,
        AgentsService,
        AuditHandlers,
        AuditLog,
        AuthRepository,
        AutoFollowing,
        GatewayHealth,
        IdempotencyRepository,
        LiveServer,
        OidcProviderClient,
        OidcRepository,
        OidcService,
        PasswordCheck,
        PasswordLinks,
        PasswordLinksRepository,
        PasswordResetsService,
        PasswordsService,
        PreferencesRepository,
        PropertyReferences,
        RecentPrincipals,
        References,
        RouteAccessCheck,
        SessionCookie,
        SignInService,
        TeamsRepository,
        TeamsService,
        TotpRepository,
        TotpService,
        UsersRepository,
        UsersService,
      ],
    };
  }
}
