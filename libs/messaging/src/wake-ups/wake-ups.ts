import type { ServiceName } from '@helpdesk/contracts';
import type { Runtime } from '@helpdesk/platform';
import { InProcessWakeUps } from './in-process-wake-ups.js';
import { QueueWakeUps } from './queue-wake-ups.js';

/** Handles everything that is due for one key. Must not throw. */
export type KeyHandler = (key: string) => Promise<void>;

/**
 * "There is something due for this key": no content, no promise. A lost wake-up costs at most one sweep (10 s); a doubled one finds nothing.
 */
export interface WakeUps {
  /** Never throws and never waits. `at`: not before this time. */
  wake(consumer: ServiceName, key: string, at?: Date): void;
  /** Wake-ups do not come through at the moment: whoever waits for them should look for himself. */
  isDown(): boolean;
  listen(consumer: ServiceName, handler: KeyHandler, concurrency: number): Promise<void>;
  /** Stops listening and waits for the handlers that run. */
  stop(consumer: ServiceName): Promise<void>;
}

let inProcess: InProcessWakeUps | undefined;

/** In one process (embedded form) all services share one instance; distributed, each has its connections to Redis. */
export function wakeUpsFor(runtime: Runtime): WakeUps {
  if (runtime.form === 'embedded') return (inProcess ??= new InProcessWakeUps());
  return new QueueWakeUps(runtime);
}
