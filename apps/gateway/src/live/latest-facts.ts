import type { TicketAccessFacts } from '@helpdesk/contracts';

export interface KnownFacts {
  version: number;
  /** Null: the ticket is gone. */
  facts: TicketAccessFacts | null;
}

/**
 * The newest access facts heard of each ticket, of those heard of last. Events of two replicas may overtake each other: what an older one
 * says about who sees the ticket counts no more.
 */
export class LatestFacts {
  private readonly known = new Map<string, KnownFacts>();

  constructor(private readonly max: number) {}

  of(ticketId: string): KnownFacts | undefined {
    return this.known.get(ticketId);
  }

  /** Notes what an event says and gives what counts now. */
  note(ticketId: string, version: number, facts: TicketAccessFacts | null): KnownFacts {
    const known = this.known.get(ticketId);
    const newest = known && known.version > version ? known : { version, facts };
    this.known.delete(ticketId);
    this.known.set(ticketId, newest);
    if (this.known.size > this.max) this.known.delete(this.known.keys().next().value as string);
    return newest;
  }
}
