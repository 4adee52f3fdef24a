import type { TicketScope } from '@helpdesk/access';
import type { TicketAccessFacts } from '@helpdesk/contracts';
import { capabilitiesOf } from '../auth/capabilities.rules.js';
import { scopeFor, type Principal } from '../auth/principal.js';
import { rightsText, sees } from './live.rules.js';

/** What the live events need of a socket.io socket. */
export interface Wire {
  id: string;
  emit(event: string, payload: object): void;
  /** Closes the connection for good: the client does not come back by itself. */
  disconnect(): void;
}

/** Whom the door let in, and by what. */
export interface Admitted {
  principal: Principal;
  /** SHA-256 of the session's token or the key, hex. */
  credential: string;
  /** When the rights were asked for, ms of `performance.now()`. */
  readAt: number;
}

const COUNTS_EVERY_MS = 1_000;

/** One open window of a signed-in user, with his rights as they were read last. */
export class LiveConnection {
  readonly credential: string;
  readAt: number;
  isOpen = true;
  private current: Principal;
  private currentScope: TicketScope;
  private rights: string;
  private seesPresence: boolean;
  private countsTimer: NodeJS.Timeout | undefined;
  private countsSentAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly wire: Wire,
    { principal, credential, readAt }: Admitted,
  ) {
    this.credential = credential;
    this.readAt = readAt;
    this.current = principal;
    this.currentScope = scopeFor(principal);
    this.rights = rightsText(principal);
    this.seesPresence = capabilitiesOf(principal).includes('presence');
  }

  get id(): string {
    return this.wire.id;
  }

  get principal(): Principal {
    return this.current;
  }

  get scope(): TicketScope {
    return this.currentScope;
  }

  get maySeePresence(): boolean {
    return this.seesPresence;
  }

  sees(facts: TicketAccessFacts, now = new Date()): boolean {
    return sees(this.currentScope, facts, now);
  }

  /** Takes over the rights as they are now; tells the client to fetch again when they differ. */
  renew(principal: Principal, readAt: number): void {
    this.readAt = readAt;
    const rights = rightsText(principal);
    if (rights === this.rights) return;
    this.rights = rights;
    this.current = principal;
    this.currentScope = scopeFor(principal);
    this.seesPresence = capabilitiesOf(principal).includes('presence');
    this.tell('resync', {});
  }

  tell(event: string, payload: object): void {
    if (this.isOpen) this.wire.emit(event, payload);
  }

  /** Numbers beside the views may have changed: said at most once a second, the last change included. */
  countsChanged(): void {
    if (this.countsTimer || !this.isOpen) return;
    const wait = Math.max(0, this.countsSentAt + COUNTS_EVERY_MS - performance.now());
    this.countsTimer = setTimeout(() => {
      this.countsTimer = undefined;
      this.countsSentAt = performance.now();
      this.tell('views.counts', {});
    }, wait);
  }

  /** His session ended, or he may not enter any more. */
  expel(): void {
    this.closed();
    this.wire.disconnect();
  }

  closed(): void {
    this.isOpen = false;
    clearTimeout(this.countsTimer);
  }
}
