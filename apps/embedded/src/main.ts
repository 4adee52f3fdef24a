import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelsModule } from '../../channels/src/channels.module.js';
import { ConversationsModule } from '../../conversations/src/conversations.module.js';
import { startGateway } from '../../gateway/src/start.js';
import { NotificationsModule } from '../../notifications/src/notifications.module.js';
import { TicketsModule } from '../../tickets/src/tickets.module.js';
import { migratePublicQueues } from '@helpdesk/messaging';
import {
  endOnSignal,
  migrate,
  publicUrl,
  readConfig,
  reportStartFailure,
  runtimeFor,
  startEmbeddedPostgres,
  startRpcService,
  type EmbeddedPostgres,
} from '@helpdesk/platform';

/** The embedded form: PostgreSQL and all five services in one process. The only place that knows more than one service. */
const modules = {
  channels: ChannelsModule,
  conversations: ConversationsModule,
  tickets: TicketsModule,
  notifications: NotificationsModule,
};

async function start(): Promise<void> {
  const config = readConfig(process.env);
  let postgres: EmbeddedPostgres | undefined;
  try {
    if (!config.DATABASE_URL) postgres = await startEmbeddedPostgres(config.DATA_DIR);
    const runtime = runtimeFor('gateway', process.env, postgres?.url);
    await migrate(runtime.databaseUrl, runtime.keys);
    if (runtime.form === 'embedded') await migratePublicQueues(runtime.databaseUrl);

    const services = await Promise.all(
      Object.entries(modules).map(([service, module]) => {
        const own = runtimeFor(service as keyof typeof modules, process.env, postgres?.url);
        return startRpcService(own, module.forRuntime(own));
      }),
    );
    const gateway = await startGateway(runtime, {}, { port: config.PORT });
    endOnSignal(runtime.logger, async () => {
      await gateway.close();
      await Promise.all(services.map((service) => service.close()));
      await postgres?.stop();
    });
    while (!(await isReady(gateway.url))) await sleep(50);
    process.stdout.write(`ready ${config.PUBLIC_URL ? publicUrl(config) : gateway.url}\n`);
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    (response) => response.ok,
    () => false,
  );
}

await start().catch(reportStartFailure);
