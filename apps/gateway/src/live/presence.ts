import type { LiveEvent, LivePresence, PresenceState } from '@helpdesk/contracts';
import type { Connections } from './connections.js';
import type { KnownFacts, LatestFacts } from './latest-facts.js';
import type { LiveConnection } from './live-connection.js';
import { PresenceBoard, type PresentUser } from './presence-board.js';

const HOLDS_MS = 30_000;

/** Who is on which ticket, told to those who may see both: the ticket, and others at work (D-51l). */
export class Presence {
  private readonly board = new PresenceBoard(HOLDS_MS);

  constructor(
    private readonly replica: string,
    private readonly connections: Connections,
    private readonly facts: LatestFacts,
    private readonly publish: (event: LiveEvent) => void,
  ) {}

  /** A window of this replica is on a ticket, which its user may see as it was read now. */
  enter(connection: LiveConnection, ticketId: string, state: PresenceState, { version, facts }: KnownFacts): void {
    if (!connection.isOpen || !facts) return;
    const isNew = !this.board.ticketsOf(connection.id).includes(ticketId);
    this.note({ ...this.word(connection, ticketId, state), ticket: { version, access: facts } });
    this.publish({ ...this.word(connection, ticketId, state), ticket: { version, access: facts } });
    if (!this.announce(ticketId) && isNew) this.show(connection, [ticketId]);
  }

  leave(connection: LiveConnection, ticketId: string): void {
    if (!this.board.leave(ticketId, connection.id)) return;
    this.publish({ ...this.word(connection, ticketId, 'left'), ticket: null });
    this.announce(ticketId);
  }

  /** His window closed. */
  leaveAll(connection: LiveConnection): void {
    for (const ticketId of this.board.ticketsOf(connection.id)) this.leave(connection, ticketId);
  }

  /** The tickets a window is on. */
  placesOf(connection: LiveConnection): string[] {
    return this.board.ticketsOf(connection.id);
  }

  /** What a window said, here or at another replica. */
  note({ ticketId, socketId, userId, replica, state, ticket }: LivePresence): void {
    if (ticket) this.facts.note(ticketId, ticket.version, ticket.access);
    if (state === 'left') this.board.leave(ticketId, socketId);
    else this.board.note(ticketId, socketId, { userId, replica, state }, performance.now());
  }

  /** Everything that may have changed by time or by rights. */
  refresh(): void {
    this.board.expire(performance.now());
    for (const ticketId of this.board.ticketIds()) this.announce(ticketId);
  }

  /** Tells who is on the ticket, if that changed; gives whether it did. Users of this replica who lost sight of it are not. */
  announce(ticketId: string): boolean {
    this.dropBlind(ticketId);
    const users = this.board.news(ticketId);
    if (users) for (const connection of this.connections.all()) this.tell(connection, ticketId, users);
    return users !== undefined;
  }

  /** Tells one window what it may know: a new one, or one that asks. */
  show(connection: LiveConnection, ticketIds = this.board.ticketIds()): void {
    for (const ticketId of ticketIds) {
      const users = this.board.users(ticketId);
      if (users.length > 0) this.tell(connection, ticketId, users);
    }
  }

  private tell(connection: LiveConnection, ticketId: string, users: PresentUser[]): void {
    const facts = this.facts.of(ticketId)?.facts;
    if (facts && connection.maySeePresence && connection.sees(facts)) connection.tell('presence', { ticketId, users });
  }

  private word(connection: LiveConnection, ticketId: string, state: LivePresence['state']): Omit<LivePresence, 'ticket'> {
    return { kind: 'presence', ticketId, state, userId: connection.principal.userId, socketId: connection.id, replica: this.replica };
  }

  private dropBlind(ticketId: string): void {
    const facts = this.facts.of(ticketId)?.facts;
    for (const socketId of this.board.socketsOf(this.replica, ticketId)) {
      const connection = this.connections.get(socketId);
      if (connection && facts && connection.sees(facts)) continue;
      this.board.leave(ticketId, socketId);
      if (connection) this.publish({ ...this.word(connection, ticketId, 'left'), ticket: null });
    }
  }
}
