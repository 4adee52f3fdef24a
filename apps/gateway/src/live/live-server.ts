import type { Server as HttpServer } from 'node:http';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { AuthorizeTicket, GetTicketAccess, type LiveEvent } from '@helpdesk/contracts';
import { LiveBus, type LiveListener } from '@helpdesk/messaging';
import { newId, Problem, publicUrl, RpcClient, type Runtime } from '@helpdesk/platform';
import { Server, type Socket } from 'socket.io';
import { AuthRepository, hashOf } from '../auth/auth.repository.js';
import { hasHelpdesk } from '../auth/capabilities.rules.js';
import { isOwnOrigin, originOf } from '../auth/origin.rules.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { RecentPrincipals } from '../auth/recent-principals.js';
import { RUNTIME } from '../tokens.js';
import type { KnownFacts } from './latest-facts.js';
import { LiveAccount } from './live-account.js';
import { LiveConnection, type Admitted } from './live-connection.js';
import { credentialOf, presenceWord } from './live.rules.js';
import { MessageLimit } from './message-limit.js';

const NAMESPACE = '/live';
const MAX_FRAME_BYTES = 64 * 1024;
const MAX_MESSAGES_PER_SECOND = 20;
/** Frames kept for a client that does not take them. It fetches everything again when it comes back. */
const MAX_UNSENT = 1_000;
/** Until a connection must have entered a namespace. */
const ENTER_WITHIN_MS = 10_000;
const CHECK_EVERY_MS = 500;
const WARN_EVERY_MS = 5_000;

/** Refused with this as the `connect_error`'s message and `data.code`. */
class Refused extends Error {
  readonly data: { code: string };

  constructor(code: string) {
    super(code);
    this.data = { code };
  }
}

/** The live events' door: socket.io on the gateway's own port. Who hears what is decided in {@link LiveAccount}. */
@Injectable()
export class LiveServer implements LiveListener, BeforeApplicationShutdown {
  private readonly replica = newId();
  private readonly accounts = new Map<string, LiveAccount>();
  private io: Server | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isEnding = false;
  private lastWarning = 0;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly users: AuthRepository,
    private readonly recent: RecentPrincipals,
    private readonly rpc: RpcClient,
    private readonly bus: LiveBus,
  ) {}

  attach(server: HttpServer): void {
    const io = new Server(server, {
      serveClient: false,
      maxHttpBufferSize: MAX_FRAME_BYTES,
      connectTimeout: ENTER_WITHIN_MS,
      allowRequest: ({ headers }, decide) => {
        // A cookie goes along with connections that other sites open; a key does not. Whether one comes later, in `auth`, is not known yet.
        const isByCookie = credentialOf(headers, {})?.via === 'session';
        const isForeign = isByCookie && !isOwnOrigin(originOf(headers), publicUrl(this.runtime.config));
        decide(isForeign ? 'bad_origin' : null, !isForeign && !this.isEnding);
      },
    });
    this.io = io;
    io.engine.on('headers', (headers: Record<string, string>) => {
      headers['cache-control'] = 'private, no-store';
      headers['x-content-type-options'] = 'nosniff';
    });
    io.engine.on('connection', limitMessages);
    // The namespace everybody could enter has nothing to say.
    io.use((_socket, next) => next(new Refused('unknown_namespace')));
    const namespace = io.of(NAMESPACE);
    namespace.use((socket, next) => {
      this.admit(socket).then(() => next(), next);
    });
    namespace.on('connection', (socket) => this.enter(socket));
    this.bus.subscribe(this);
    this.timer = setInterval(() => {
      for (const account of this.accounts.values()) void account.check();
    }, CHECK_EVERY_MS);
  }

  heard(accountId: string, event: LiveEvent): void {
    if (event.kind === 'rights.changed') this.recent.forget();
    this.accounts.get(accountId)?.hear(event);
  }

  missed(): void {
    for (const account of this.accounts.values()) account.missed();
  }

  /** Clients see the connection break, and come back at another replica or after the restart. */
  beforeApplicationShutdown(): void {
    this.isEnding = true;
    clearInterval(this.timer);
    this.io?.engine.close();
  }

  private async admit(socket: Socket): Promise<void> {
    const { headers, auth } = socket.handshake;
    const credential = credentialOf(headers, auth);
    if (!credential) throw new Refused('not_signed_in');
    const readAt = performance.now();
    const principal = await this.principalOf(credential.via, credential.secret);
    if (!principal) throw new Refused('not_signed_in');
    if (!hasHelpdesk(principal)) throw new Refused('no_helpdesk_access');
    socket.data = { principal, credential: hashOf(credential.secret).toString('hex'), readAt } satisfies Admitted;
  }

  private async principalOf(via: Principal['via'], secret: string): Promise<Principal | undefined> {
    try {
      return await (via === 'session' ? this.users.bySession(secret) : this.users.byApiKey(secret));
    } catch (error) {
      this.warn(error);
      throw new Refused('unavailable');
    }
  }

  private enter(socket: Socket): void {
    const admitted = socket.data as Admitted;
    const { accountId } = admitted.principal;
    const connection = new LiveConnection(wireOf(socket), admitted);
    const account = this.account(accountId);
    // One after the other, so that the last word counts.
    let turn = Promise.resolve();
    const inTurn = (work: () => Promise<void>) => {
      turn = turn.then(work).catch((error: unknown) => this.warn(error));
    };
    socket.on('presence', (said: unknown) => {
      const word = presenceWord(said);
      if (word) inTurn(() => account.place(connection, word));
    });
    socket.on('resync', () => inTurn(() => account.resync(connection)));
    socket.on('disconnect', () => {
      account.remove(connection);
      if (account.isEmpty) this.accounts.delete(accountId);
      // Nothing else is to be had on this connection.
      socket.conn.close();
    });
    account.add(connection);
  }

  private account(accountId: string): LiveAccount {
    const known = this.accounts.get(accountId);
    if (known) return known;
    const account = new LiveAccount(this.replica, {
      holders: (credentials) => this.users.holders(accountId, credentials),
      look: (principal, ticketId, facts) => this.look(principal, ticketId, facts),
      publish: (event) => this.bus.publish('now', accountId, event),
      failed: (error) => this.warn(error),
    });
    this.accounts.set(accountId, account);
    return account;
  }

  private async look(principal: Principal, ticketId: string, known: KnownFacts | undefined): Promise<KnownFacts | undefined> {
    const actor = actorFor(principal);
    try {
      const { version } = await this.rpc.call(AuthorizeTicket, actor, { id: ticketId, action: 'view' });
      if (known?.facts && known.version === version) return known;
      // Read after the version: the facts are that old at most, and what is heard of a later version goes before them.
      return { version, facts: await this.rpc.call(GetTicketAccess, actor, { id: ticketId }) };
    } catch (error) {
      if (error instanceof Problem && (error.status === 404 || error.status === 403)) return undefined;
      throw error;
    }
  }

  private warn(error: unknown): void {
    if (Date.now() - this.lastWarning < WARN_EVERY_MS) return;
    this.lastWarning = Date.now();
    this.runtime.logger.warn({ error: String(error) }, 'live events wait: rights could not be read');
  }
}

function wireOf(socket: Socket): ConstructorParameters<typeof LiveConnection>[0] {
  const unsent = () => (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
  return {
    id: socket.id,
    emit(event, payload) {
      if (unsent() < MAX_UNSENT) socket.emit(event, payload);
      else socket.conn.close(true);
    },
    disconnect: () => socket.disconnect(true),
  };
}

/** Counts what comes over a connection before anything of it is understood. */
function limitMessages(connection: Socket['conn']): void {
  const limit = new MessageLimit(MAX_MESSAGES_PER_SECOND);
  connection.on('packet', ({ type }: { type: string }) => {
    if (type === 'message' && !limit.takes(performance.now())) connection.close(true);
  });
}
