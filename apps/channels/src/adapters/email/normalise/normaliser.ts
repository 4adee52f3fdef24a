import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { NormalisedMail, Unreadable } from './normalised-mail.js';
import { unreadableMail } from './unreadable.js';

export interface MailNormaliserOptions {
  /** Threads that parse at the same time; default 1. Each costs 20 MB at the start and up to 50 MB when busy. */
  threads?: number;
  /** Time one mail may take, counted from when a thread takes it (E9). Default 10,000. */
  timeoutMs?: number;
  /** JavaScript heap of one thread. Default 256. */
  maxHeapMb?: number;
}

/** Thrown by `normalise` after `close`: the mail was not looked at and must be taken again by the next process. */
export class MailNormaliserClosed extends Error {
  override readonly name = 'MailNormaliserClosed';
  constructor() {
    super('The mail normaliser is closed');
  }
}

/** Thrown by the constructor, so that a bad build stops the start instead of making every mail unreadable. */
export class MailWorkerMissing extends Error {
  override readonly name = 'MailWorkerMissing';
  constructor(path: string) {
    super(`The mail worker is not compiled: ${path} (run npm run build)`);
  }
}

/** The compiled worker: beside this file in dist, or in dist when this runs from the sources (tests). */
function workerFile(): string {
  const beside = fileURLToPath(new URL('./worker.js', import.meta.url));
  if (existsSync(beside)) return beside;
  const compiled = beside.replace(/([/\\])(apps[/\\]channels[/\\]src[/\\])/, '$1dist$1$2');
  if (existsSync(compiled)) return compiled;
  throw new MailWorkerMissing(compiled);
}

function codeOf(error: unknown, isTimeout: boolean): Unreadable['code'] {
  if (isTimeout) return 'parse_timeout';
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'parse_memory' : 'parse_failed';
}

function detailOf(error: unknown): string {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  return typeof message === 'string' ? `${String(name)}: ${message.slice(0, 200)}` : 'unknown';
}

/**
 * Parses mail in worker threads with a limit on time and heap. A mail that breaks the limit or the parser comes back
 * as `unreadable` with the original attached, and the thread is replaced; `normalise` never throws for what is in a mail.
 */
export class MailNormaliser {
  private readonly threads: number;
  private readonly timeoutMs: number;
  private readonly maxHeapMb: number;
  private readonly filename = workerFile();
  private pool: Piscina<Uint8Array, NormalisedMail> | null = null;
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private idle: (() => void)[] = [];
  private isClosed = false;

  constructor(options: MailNormaliserOptions = {}) {
    this.threads = Math.max(1, options.threads ?? 1);
    this.timeoutMs = options.timeoutMs ?? 10_000;
    this.maxHeapMb = options.maxHeapMb ?? 256;
  }

  /** The pool is started by the first mail: a process that receives none pays nothing. */
  private start(): Piscina<Uint8Array, NormalisedMail> {
    if (this.pool !== null) return this.pool;
    this.pool = new Piscina<Uint8Array, NormalisedMail>({
      filename: this.filename,
      name: 'normaliseInWorker',
      minThreads: 1,
      maxThreads: this.threads,
      idleTimeout: 30_000,
      atomics: 'disabled', // the parser is asynchronous; blocking waits would stall it
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: this.maxHeapMb, maxYoungGenerationSizeMb: 4, stackSizeMb: 4 },
    });
    this.pool.on('error', () => {}); // a thread that dies fails its task; the pool starts another
    return this.pool;
  }

  /**
   * The mail as plain data. Work beyond `threads` waits here, not in the pool, so waiting does not count as parsing time.
   * @throws MailNormaliserClosed after `close`
   */
  async normalise(raw: Buffer): Promise<NormalisedMail> {
    if (this.isClosed) throw new MailNormaliserClosed();
    if (this.running >= this.threads) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      return await this.run(raw);
    } finally {
      const next = this.waiting.shift();
      if (next !== undefined) next();
      else if (--this.running === 0) for (const resolve of this.idle.splice(0)) resolve();
    }
  }

  private async run(raw: Buffer): Promise<NormalisedMail> {
    const abort = new AbortController();
    let isTimeout = false;
    const timer = setTimeout(() => {
      isTimeout = true;
      abort.abort();
    }, this.timeoutMs);
    try {
      return await this.start().run(raw, { signal: abort.signal });
    } catch (error) {
      const code = codeOf(error, isTimeout);
      const detail = code === 'parse_timeout' ? `took longer than ${this.timeoutMs} ms` : detailOf(error);
      return unreadableMail(raw, code, detail);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for the mails in work, then ends the threads. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.running > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
    await this.pool?.destroy();
    this.pool = null;
  }
}
