import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, from the sources as well as from dist/. */
export const repositoryRoot = (() => {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'scripts', 'start.mjs'))) {
    if (dir === dirname(dir)) throw new Error('not inside the repository');
    dir = dirname(dir);
  }
  return dir;
})();

/** A process that a test starts and ends. What it prints goes to `logFile`; the end of it is kept for error messages. */
export class Child {
  private tail = '';
  private readonly process: ChildProcess;
  private readonly lineListeners = new Set<(line: string) => void>();
  /** Resolves with how it ended; never rejects. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(command: string, args: string[], logFile: string, options: SpawnOptions = {}) {
    const log = createWriteStream(logFile, { flags: 'a' });
    this.process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let rest = '';
    const take = (chunk: Buffer) => {
      log.write(chunk);
      const text = chunk.toString();
      this.tail = (this.tail + text).slice(-8_000);
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) for (const listener of this.lineListeners) listener(line);
    };
    this.process.stdout?.on('data', take);
    this.process.stderr?.on('data', take);
    this.exited = new Promise((resolve) => {
      this.process.once('error', (error) => {
        this.tail += String(error);
        resolve({ code: null, signal: null });
      });
      this.process.once('close', (code, signal) => {
        log.end();
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`it did not start: ${this.tail}`);
    return this.process.pid;
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** The last it printed. */
  get output(): string {
    return this.tail;
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** The first line that starts with `start`. Rejects when the process ends before, or when time is up. */
  line(start: string, within: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.lineListeners.delete(listener);
      };
      const listener = (line: string) => {
        if (!line.startsWith(start)) return;
        done();
        resolve(line);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`no line "${start}…" within ${within} ms:\n${this.tail}`));
      }, within);
      this.lineListeners.add(listener);
      const early = ({ code, signal }: { code: number | null; signal: NodeJS.Signals | null }) => {
        done();
        reject(new Error(`it ended (${code ?? signal}) before the line "${start}…":\n${this.tail}`));
      };
      void this.exited.then(early);
    });
  }

  /** Sends `signal` and waits for the end; after `within` ms it is killed and that is an error. */
  async end(signal: NodeJS.Signals, within = 30_000): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    if (!this.isRunning) return this.exited;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.kill('SIGKILL');
    }, within);
    this.kill(signal);
    const ended = await this.exited;
    clearTimeout(timer);
    if (isLate) throw new Error(`it did not end within ${within} ms of ${signal}:\n${this.tail}`);
    return ended;
  }
}
