import { runService } from '@helpdesk/platform';
import { NotificationsModule } from './notifications.module.js';

await runService('notifications', process.env, (runtime) => NotificationsModule.forRuntime(runtime));
