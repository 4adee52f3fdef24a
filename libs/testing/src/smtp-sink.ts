import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { freePorts } from './ports.js';

/**
 * What the sink does with mail. `slow` reads on only every now and then; `reset_before_dot` breaks the connection while the mail comes in,
 * `reset_after_dot` when it is there but unanswered (and kept: the sender cannot know); `withhold_250` keeps it and never answers; the
 * numbers refuse.
 */
export type SinkMode = 'normal' | 'slow' | 'reset_before_dot' | 'reset_after_dot' | 'withhold_250' | '421' | '451' | '550';

export interface SunkMail {
  from: string;
  recipients: string[];
  raw: Buffer;
  /** Value of a header, unfolded; undefined when there is none. */
  header(name: string): string | undefined;
  messageId: string;
  at: Date;
}

export interface Sink {
  port: number;
  /** For SMTP_URL. */
  url: string;
  mails: SunkMail[];
  /** Messages that were begun, whatever became of them. */
  attempts(): number;
  set(mode: SinkMode): void;
  /** Mails to this recipient. */
  to(address: string): SunkMail[];
  stop(): Promise<void>;
}

const SLOW_MS = 40;

/** A real SMTP server that keeps what it gets. */
export async function startSink(initial: SinkMode = 'normal'): Promise<Sink> {
  let mode = initial;
  let attempts = 0;
  const mails: SunkMail[] = [];
  const port = await freePorts(1);
  const refusal = () => (/^\d+$/.test(mode) ? Object.assign(new Error(`The sink says ${mode}`), { responseCode: Number(mode) }) : null);
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 500,
    onRcptTo: (_address, _session, callback) => callback(refusal()),
    onData: (stream, session, callback) => {
      attempts += 1;
      void answer(stream, session, mode).then((text) => (text ? callback(null, text) : undefined), callback);
    },
  });
  server.on('error', () => undefined);
  const socketOf = (session: SMTPServerSession) =>
    [...(server as unknown as { connections: Set<{ id: string; _socket: { destroy(): void } }> }).connections].find(
      ({ id }) => id === session.id,
    )?._socket;

  /** The text after 250; undefined when there is to be no answer. */
  async function answer(stream: SMTPServerDataStream, session: SMTPServerSession, how: SinkMode): Promise<string | undefined> {
    const raw = await receive(stream, session, how);
    if (!raw) return undefined;
    mails.push(sunkMail(session, raw));
    if (how === 'reset_after_dot') socketOf(session)?.destroy();
    return how === 'reset_after_dot' || how === 'withhold_250' ? undefined : '2.0.0 kept';
  }

  async function receive(stream: SMTPServerDataStream, session: SMTPServerSession, how: SinkMode): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (how === 'reset_before_dot') {
        socketOf(session)?.destroy();
        return undefined;
      }
      if (how === 'slow') await sleep(SLOW_MS);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    mails,
    attempts: () => attempts,
    set: (next) => void (mode = next),
    to: (address) => mails.filter(({ recipients }) => recipients.includes(address.toLowerCase())),
    async stop() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function sunkMail(session: SMTPServerSession, raw: Buffer): SunkMail {
  const head = raw.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
  const header = (name: string) =>
    new RegExp(`^${name}:[ \\t]*((?:.|\\r\\n[ \\t])*)`, 'im')
      .exec(head)?.[1]
      ?.replaceAll(/\r\n[ \t]+/g, ' ')
      .trim();
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom ? mailFrom.address : '',
    recipients: rcptTo.map(({ address }) => address.toLowerCase()),
    raw,
    header,
    messageId: header('Message-ID') ?? '',
    at: new Date(),
  };
}
