import { hasHelpdesk } from '../auth/capabilities.rules.js';
import type { Principal } from '../auth/principal.js';
import type { LiveConnection } from './live-connection.js';

/** An answer that took longer tells of rights that may not hold any more. */
const MAX_READ_MS = 700;

/** Who holds these sessions and keys (SHA-256, hex) now; whose has ended is missing. */
export type ReadHolders = (credentials: string[]) => Promise<Map<string, Principal>>;

/** The open windows of one account in this process, each with its user's rights, which are read for all of them in one query. */
export class Connections {
  private readonly byId = new Map<string, LiveConnection>();
  private reading: Promise<boolean> | undefined;
  /** A query that got no answer in time may still be on its way; no further one is sent meanwhile. */
  private isStuck = false;

  constructor(
    private readonly readHolders: ReadHolders,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  all(): LiveConnection[] {
    return [...this.byId.values()];
  }

  get size(): number {
    return this.byId.size;
  }

  get(id: string): LiveConnection | undefined {
    return this.byId.get(id);
  }

  add(connection: LiveConnection): void {
    this.byId.set(connection.id, connection);
  }

  remove(connection: LiveConnection): void {
    connection.closed();
    this.byId.delete(connection.id);
  }

  /**
   * True when everybody's rights are known as they were at `since` (ms of `performance.now()`) or later. Whoever may not be here any more
   * is not when this resolves. False when the database gave no answer in time.
   */
  async known(since: number): Promise<boolean> {
    while (this.all().some(({ readAt }) => readAt < since)) {
      this.reading ??= this.read().finally(() => (this.reading = undefined));
      if (!(await this.reading)) return false;
    }
    return true;
  }

  private async read(): Promise<boolean> {
    if (this.isStuck) return false;
    const asked = this.all();
    const readAt = performance.now();
    const holders = await this.inTime(this.readHolders([...new Set(asked.map(({ credential }) => credential))]));
    if (!holders) return false;
    for (const connection of asked) {
      const principal = holders.get(connection.credential);
      if (principal && hasHelpdesk(principal)) connection.renew(principal, readAt);
      else this.expel(connection);
    }
    return true;
  }

  private expel(connection: LiveConnection): void {
    this.remove(connection);
    connection.expel();
  }

  /** The answer, or undefined when it fails or comes too late. */
  private async inTime<T>(answer: Promise<T>): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        this.isStuck = true;
        this.onFailure(new Error(`no answer within ${MAX_READ_MS} ms`));
        resolve(undefined);
      }, MAX_READ_MS);
    });
    const settled = answer
      .catch((error: unknown) => {
        this.onFailure(error);
        return undefined;
      })
      .finally(() => {
        this.isStuck = false;
        clearTimeout(timer);
      });
    return Promise.race([settled, late]);
  }
}
