import { runService } from '@helpdesk/platform';
import { ConversationsModule } from './conversations.module.js';

await runService('conversations', process.env, (runtime) => ConversationsModule.forRuntime(runtime));
