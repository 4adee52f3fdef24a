import { waitFor } from '@helpdesk/testing';
import { io, type Socket } from 'socket.io-client';
import type { Person } from './people.js';

interface Heard {
  event: string;
  ticketId?: string;
  version?: number;
  seq?: number;
  id?: string;
  users?: { userId: string; state: string }[];
  /** Of the receiver, ms. */
  at: number;
}

interface Connecting {
  cookie?: string;
  origin?: string;
  bearer?: string;
  token?: string;
  transports?: ('polling' | 'websocket')[];
}

/** Every frame that reached any ear of this process. */
export const frames: string[] = [];

/** A browser's live connection, as it is from outside. */
export class Ear {
  heard: Heard[] = [];
  disconnectedAt: number | undefined;
  /** What the refusal said. */
  refusal: string | undefined;

  private constructor(readonly socket: Socket) {
    socket.io.on('open', () => {
      socket.io.engine.on('packet', ({ data }: { data?: unknown }) => frames.push(String(data)));
    });
    socket.onAny((event: string, payload: object) => this.heard.push({ event, ...payload, at: performance.now() }));
    socket.on('disconnect', () => (this.disconnectedAt = performance.now()));
    socket.on('connect_error', (error) => (this.refusal = (error as { data?: { code?: string } }).data?.code ?? String(error)));
  }

  static start(url: string, { cookie, origin, bearer, token, transports = ['polling', 'websocket'] }: Connecting): Ear {
    const extraHeaders = Object.fromEntries(
      Object.entries({ cookie, origin, authorization: bearer && `Bearer ${bearer}` }).filter(([, value]) => value !== undefined),
    ) as Record<string, string>;
    const options = { autoConnect: false, forceNew: true, transports, extraHeaders, reconnectionDelay: 100, reconnectionDelayMax: 500 };
    const ear = new Ear(io(`${url}/live`, { ...options, auth: token === undefined ? {} : { token } }));
    ear.socket.connect();
    return ear;
  }

  static async open(url: string, { cookie }: Person): Promise<Ear> {
    const ear = Ear.start(url, { cookie, origin: url });
    await waitFor(() => ear.socket.connected, { what: 'the live connection', every: 10 });
    return ear;
  }

  /** The refusal of a connection that is not let in. */
  static async refused(url: string, connecting: Connecting): Promise<string> {
    const ear = Ear.start(url, connecting);
    try {
      return await waitFor(() => ear.refusal, { what: 'the refusal', every: 10 });
    } finally {
      ear.close();
    }
  }

  of(ticketId: string, event?: string): Heard[] {
    return this.heard.filter((heard) => heard.ticketId === ticketId && (event === undefined || heard.event === event));
  }

  /** What became of a ticket. */
  eventsOf(ticketId: string): string[] {
    return this.of(ticketId)
      .map(({ event }) => event)
      .filter((event) => event.startsWith('ticket.'));
  }

  next(event: string, fits: (heard: Heard) => boolean = () => true, within = 5_000): Promise<Heard> {
    return waitFor(() => this.heard.find((heard) => heard.event === event && fits(heard)), { what: event, within, every: 10 });
  }

  /** Waits until the server has ended it; gives when. */
  ended(within = 5_000): Promise<number> {
    return waitFor(() => this.disconnectedAt, { what: 'the end of the live connection', within, every: 10 });
  }

  forget(): void {
    this.heard = [];
  }

  close(): void {
    this.socket.disconnect();
  }
}
