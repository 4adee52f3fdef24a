import type { LiveEvent } from '@helpdesk/contracts';
import { LiveBus, type LiveListener } from './live-bus.js';

/** Live events within one process. */
export class InProcessLiveBus extends LiveBus {
  private readonly listeners = new Set<LiveListener>();

  subscribe(listener: LiveListener): void {
    this.listeners.add(listener);
  }

  protected send(accountId: string, event: LiveEvent): void {
    // Later: the one who published goes on first.
    setImmediate(() => {
      for (const listener of this.listeners) listener.heard(accountId, event);
    });
  }
}
