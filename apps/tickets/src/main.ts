import { runService } from '@helpdesk/platform';
import { TicketsModule } from './tickets.module.js';

await runService('tickets', process.env, (runtime) => TicketsModule.forRuntime(runtime));
