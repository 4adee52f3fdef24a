import { PRESENCE_STATES, type PresenceState } from '@helpdesk/contracts';

export interface PresentUser {
  userId: string;
  state: PresenceState;
}

interface Entry extends PresentUser {
  replica: string;
  /** ms, by this process's own clock. */
  until: number;
}

interface Place {
  /** By socket. */
  entries: Map<string, Entry>;
  /** The users as they were last announced. */
  announced: string;
}

/** Who is on which ticket of one account, in all replicas of the gateway. A word holds for a while and must be repeated. */
export class PresenceBoard {
  private readonly places = new Map<string, Place>();

  constructor(private readonly holdsMs: number) {}

  note(ticketId: string, socketId: string, entry: Omit<Entry, 'until'>, now: number): void {
    const place = this.places.get(ticketId) ?? { entries: new Map<string, Entry>(), announced: '[]' };
    place.entries.set(socketId, { ...entry, until: now + this.holdsMs });
    this.places.set(ticketId, place);
  }

  /** False when it was not there. */
  leave(ticketId: string, socketId: string): boolean {
    return this.places.get(ticketId)?.entries.delete(socketId) ?? false;
  }

  ticketIds(): string[] {
    return [...this.places.keys()];
  }

  /** The tickets a socket is on. */
  ticketsOf(socketId: string): string[] {
    return this.ticketIds().filter((id) => this.places.get(id)?.entries.has(socketId));
  }

  /** The sockets of one replica on a ticket. */
  socketsOf(replica: string, ticketId: string): string[] {
    return [...(this.places.get(ticketId)?.entries ?? [])].filter(([, entry]) => entry.replica === replica).map(([socketId]) => socketId);
  }

  /** Each user once, with the most that any window of his does. */
  users(ticketId: string): PresentUser[] {
    const states = new Map<string, PresenceState>();
    for (const { userId, state } of this.places.get(ticketId)?.entries.values() ?? []) {
      const other = states.get(userId);
      if (!other || PRESENCE_STATES.indexOf(state) > PRESENCE_STATES.indexOf(other)) states.set(userId, state);
    }
    return [...states].map(([userId, state]) => ({ userId, state })).toSorted((a, b) => (a.userId < b.userId ? -1 : 1));
  }

  /** The users of a ticket if they differ from those announced last; from now on these are. Forgets a ticket that nobody is on. */
  news(ticketId: string): PresentUser[] | undefined {
    const place = this.places.get(ticketId);
    if (!place) return undefined;
    const users = this.users(ticketId);
    const text = JSON.stringify(users);
    const isNew = text !== place.announced;
    place.announced = text;
    if (place.entries.size === 0) this.places.delete(ticketId);
    return isNew ? users : undefined;
  }

  /** Drops what was not repeated in time. */
  expire(now: number): void {
    for (const { entries } of this.places.values()) for (const [socketId, { until }] of entries) if (until <= now) entries.delete(socketId);
  }
}
