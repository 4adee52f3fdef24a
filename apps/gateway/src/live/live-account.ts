import type { LiveEvent, LiveTicketChanged } from '@helpdesk/contracts';
import type { Principal } from '../auth/principal.js';
import { Connections, type ReadHolders } from './connections.js';
import { LatestFacts, type KnownFacts } from './latest-facts.js';
import type { LiveConnection } from './live-connection.js';
import { newsOf, type PresenceWord } from './live.rules.js';
import { Presence } from './presence.js';

/** Rights that are older when an event comes are read again first. */
const MAX_AGE_MS = 250;
const MAX_WAITING = 5_000;
/** Windows show one ticket each, or a few in a split view. */
const MAX_PLACES = 20;

export interface AccountPorts {
  holders: ReadHolders;
  /** The ticket as it is now, undefined when he may not see it; rejects when nobody answers. `known` is what was heard of it last. */
  look(principal: Principal, ticketId: string, known: KnownFacts | undefined): Promise<KnownFacts | undefined>;
  /** Tells the other replicas. */
  publish(event: LiveEvent): void;
  failed(error: unknown): void;
}

/**
 * The open windows of one account in this process. Decides for each event who hears it, with the rights of the moment: where they cannot be
 * read, nobody hears anything, and everybody is told to fetch again once they can.
 */
export class LiveAccount {
  private readonly connections: Connections;
  private readonly facts = new LatestFacts(MAX_WAITING);
  private readonly presence: Presence;
  private waiting: LiveEvent[] = [];
  private isDelivering = false;
  private hasMissed = false;

  constructor(
    private readonly replica: string,
    private readonly ports: AccountPorts,
  ) {
    this.connections = new Connections(ports.holders, ports.failed);
    this.presence = new Presence(replica, this.connections, this.facts, ports.publish);
  }

  get isEmpty(): boolean {
    return this.connections.size === 0;
  }

  add(connection: LiveConnection): void {
    this.connections.add(connection);
    this.presence.show(connection);
  }

  remove(connection: LiveConnection): void {
    this.connections.remove(connection);
    this.presence.leaveAll(connection);
  }

  /** Takes an event; it is delivered in turn. */
  hear(event: LiveEvent): void {
    if (event.kind === 'rights.changed') {
      void this.renew(performance.now());
      return;
    }
    // What its own windows say a replica has noted already, and they may have left since.
    if (event.kind === 'presence' && event.replica === this.replica) return;
    if (this.waiting.length >= MAX_WAITING) {
      this.waiting = [];
      this.hasMissed = true;
    }
    this.waiting.push(event);
    void this.deliverAll();
  }

  /** Events may have been lost on the way here. */
  missed(): void {
    this.hasMissed = true;
    void this.renew(performance.now());
  }

  /** Reads all rights again and ends what holds no more; called regularly. */
  async check(): Promise<void> {
    await this.renew(performance.now());
  }

  /** A client asks where things stand after a gap. */
  async resync(connection: LiveConnection): Promise<void> {
    if (!(await this.renew(performance.now() - MAX_AGE_MS)) || !connection.isOpen) return;
    connection.countsChanged();
    this.presence.show(connection);
  }

  /** A window says where its user is. Ignored where he may not see the ticket. */
  async place(connection: LiveConnection, { ticketId, state }: PresenceWord): Promise<void> {
    if (state === 'left') return this.presence.leave(connection, ticketId);
    const places = this.presence.placesOf(connection);
    if (places.length >= MAX_PLACES && !places.includes(ticketId)) return;
    if (!(await this.renew(performance.now() - MAX_AGE_MS))) return;
    const seen = connection.isOpen ? await this.ports.look(connection.principal, ticketId, this.facts.of(ticketId)) : undefined;
    if (seen) this.presence.enter(connection, ticketId, state, seen);
  }

  /** Reads rights that are older than `since`. False when they are not known. */
  private async renew(since: number): Promise<boolean> {
    if (!(await this.connections.known(since))) return false;
    if (this.hasMissed) {
      this.hasMissed = false;
      for (const connection of this.connections.all()) connection.tell('resync', {});
    }
    this.presence.refresh();
    return true;
  }

  private async deliverAll(): Promise<void> {
    if (this.isDelivering) return;
    this.isDelivering = true;
    try {
      while (this.waiting.length > 0) {
        const isKnown = await this.connections.known(performance.now() - MAX_AGE_MS);
        const events = this.waiting;
        this.waiting = [];
        if (!isKnown) this.hasMissed = true;
        else for (const event of events) this.deliver(event, new Date());
      }
    } finally {
      this.isDelivering = false;
    }
  }

  private deliver(event: LiveEvent, now: Date): void {
    switch (event.kind) {
      case 'ticket.changed':
        this.deliverChange(event, now);
        break;
      case 'timeline.added': {
        const { ticketId, seq, version } = event;
        const { facts } = this.facts.note(ticketId, version, event.access);
        for (const connection of this.connections.all())
          if (facts && connection.sees(facts, now)) connection.tell('timeline.added', { ticketId, version, seq });
        break;
      }
      case 'notification.added': {
        const { id, ticketId, userId } = event;
        void this.deliverOwn(userId, ticketId, 'notification.added', { id, ticketId });
        break;
      }
      case 'draft.changed': {
        const { ticketId, userId, tab, revision } = event;
        void this.deliverOwn(userId, ticketId, 'draft.changed', { ticketId, tab, revision });
        break;
      }
      case 'presence':
        this.presence.note(event);
        this.presence.announce(event.ticketId);
        break;
      case 'rights.changed':
        break;
    }
  }

  private deliverChange({ ticketId, before, after, version }: LiveTicketChanged, now: Date): void {
    const newest = this.facts.note(ticketId, version, after);
    for (const connection of this.connections.all()) {
      const news = newsOf(connection.scope, before, newest.facts, now);
      if (!news) continue;
      connection.tell(news, { ticketId, version: newest.version });
      connection.countsChanged();
    }
    this.presence.announce(ticketId);
  }

  /** What concerns one user only. It may have been on its way for a while, so whether he sees the ticket now is asked for. */
  private async deliverOwn(userId: string, ticketId: string, name: string, payload: object): Promise<void> {
    const his = this.connections.all().filter(({ principal }) => principal.userId === userId);
    const [first] = his;
    if (!first) return;
    try {
      if (!(await this.ports.look(first.principal, ticketId, this.facts.of(ticketId)))) return;
    } catch (error) {
      this.ports.failed(error);
      this.hasMissed = true;
      return;
    }
    for (const connection of his) connection.tell(name, payload);
  }
}
