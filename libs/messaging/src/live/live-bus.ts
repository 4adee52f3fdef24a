import type { LiveEvent } from '@helpdesk/contracts';
import type { Tx } from '@helpdesk/platform';

/** Must not throw. */
export interface LiveListener {
  heard(accountId: string, event: LiveEvent): void;
  /** Events may have been lost: whoever follows them should look for himself. */
  missed(): void;
}

/**
 * Events for open browsers. Lossy on purpose: whatever is away, nobody waits and nothing throws; clients fetch again.
 * An abstract class, so that it is its own injection token.
 */
export abstract class LiveBus {
  /** After the transaction's commit, or now. */
  publish(when: Pick<Tx, 'onCommit'> | 'now', accountId: string, event: LiveEvent): void {
    if (when === 'now') this.send(accountId, event);
    else when.onCommit(() => this.send(accountId, event));
  }

  abstract subscribe(listener: LiveListener): void;

  protected abstract send(accountId: string, event: LiveEvent): void;
}
