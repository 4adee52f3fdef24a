import { runService } from '@helpdesk/platform';
import { ChannelsModule } from './channels.module.js';

await runService('channels', process.env, (runtime) => ChannelsModule.forRuntime(runtime));
