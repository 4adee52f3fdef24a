import type { Runtime } from '@helpdesk/platform';
import { InProcessLiveBus } from './in-process-live-bus.js';
import { LiveBus } from './live-bus.js';
import { RedisLiveBus } from './redis-live-bus.js';

let inProcess: InProcessLiveBus | undefined;

/** A Nest provider of {@link LiveBus}: one instance shared by the services of the embedded form, Redis pub/sub in the distributed one. */
export const liveBusFor = (runtime: Runtime) => ({
  provide: LiveBus,
  useFactory: (): LiveBus => (runtime.form === 'embedded' ? (inProcess ??= new InProcessLiveBus()) : new RedisLiveBus(runtime)),
});
