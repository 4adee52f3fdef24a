import { setTimeout as sleep } from 'node:timers/promises';
import type { GeneratedMail } from './mails.js';
import { SmtpClient, SmtpRefusal } from './smtp-client.js';

interface SendOptions {
  /** Each connection goes to one of these ports; after a fault to the next. */
  ports: number[];
  to: string;
  connections: number;
  /** Mails offered per second; default as fast as they are taken. */
  perSecond?: number;
  /** ms until a mail that nobody takes is an error. */
  within?: number;
  /** ms between two tries. */
  pause?: number;
  onAccepted?: (mail: GeneratedMail, at: number) => void;
}

interface SendReport {
  /** Time of the 250 by index of the mail, ms of `performance.now()`. */
  acceptedAt: number[];
  /** ms from the start of the try that ended with the 250, a new connection included, by index. */
  took: number[];
  /** Tries that ended without a 250. */
  retries: number;
}

/**
 * Sends like a mail server: over real connections, the identical bytes again until there is a 250, and a mail only after the 250 of the one
 * it answers. Rejects when a mail is refused for good.
 */
export async function sendUntilAccepted(mails: GeneratedMail[], options: SendOptions): Promise<SendReport> {
  const queue = new Order(mails);
  const report: SendReport = { acceptedAt: [], took: [], retries: 0 };
  const started = performance.now();
  let offered = 0;
  const work = async (number: number) => {
    const line = new Connection(options.ports, number);
    try {
      for (let mail = await queue.next(); mail; mail = await queue.next()) {
        if (options.perSecond) {
          const due = started + (offered++ * 1_000) / options.perSecond;
          if (due > performance.now()) await sleep(due - performance.now());
        }
        report.retries += await deliver(line, mail, options, report);
        queue.done(mail);
        options.onAccepted?.(mail, report.acceptedAt[mail.index] ?? 0);
      }
    } catch (error) {
      queue.abort();
      throw error;
    } finally {
      await line.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.connections, mails.length) }, (_, i) => work(i)));
  return report;
}

async function deliver(line: Connection, mail: GeneratedMail, options: SendOptions, report: SendReport): Promise<number> {
  const end = performance.now() + (options.within ?? 120_000);
  for (let retries = 0; ; retries += 1) {
    const began = performance.now();
    try {
      await (await line.get()).send(mail.from, options.to, mail.raw);
      report.acceptedAt[mail.index] = performance.now();
      report.took[mail.index] = performance.now() - began;
      return retries;
    } catch (error) {
      if (error instanceof SmtpRefusal && error.code >= 500)
        throw new Error(`mail ${mail.index} was refused: ${error.message}`, { cause: error });
      if (performance.now() > end) throw new Error(`mail ${mail.index} was not accepted in time: ${String(error)}`, { cause: error });
      line.drop();
      await sleep(options.pause ?? 100);
    }
  }
}

/** One connection at a time; after a fault the next try goes to the next port. */
class Connection {
  private client: SmtpClient | undefined;

  constructor(
    private readonly ports: number[],
    private turn: number,
  ) {}

  async get(): Promise<SmtpClient> {
    if (!this.client?.isOpen) this.client = await SmtpClient.connect(this.ports[this.turn % this.ports.length] ?? 0);
    return this.client;
  }

  drop(): void {
    this.client?.destroy();
    this.client = undefined;
    this.turn += 1;
  }

  async close(): Promise<void> {
    await this.client?.quit();
  }
}

/** Hands out mails in order; one whose parent has no 250 yet stands aside until it has. */
class Order {
  private readonly ready: GeneratedMail[];
  private readonly children = new Map<number, GeneratedMail[]>();
  private readonly idle: (() => void)[] = [];
  private left: number;

  constructor(mails: GeneratedMail[]) {
    const known = new Set(mails.map(({ index }) => index));
    this.left = mails.length;
    // A thread is a chain: each mail waits for the one of its thread that was written before it.
    const lastOfThread = new Map<number, number>();
    this.ready = [];
    for (const mail of mails) {
      const before = lastOfThread.get(mail.root);
      lastOfThread.set(mail.root, mail.index);
      if (before === undefined || !known.has(before)) this.ready.push(mail);
      else this.children.set(before, [mail]);
    }
  }

  async next(): Promise<GeneratedMail | undefined> {
    while (this.left > 0) {
      const mail = this.ready.shift();
      if (mail) {
        this.left -= 1;
        return mail;
      }
      await new Promise<void>((resolve) => this.idle.push(resolve));
    }
    return undefined;
  }

  done(mail: GeneratedMail): void {
    // In front: what has waited is older than what was never looked at.
    this.ready.unshift(...(this.children.get(mail.index) ?? []));
    for (const wake of this.idle.splice(0)) wake();
  }

  abort(): void {
    this.left = 0;
    for (const wake of this.idle.splice(0)) wake();
  }
}
