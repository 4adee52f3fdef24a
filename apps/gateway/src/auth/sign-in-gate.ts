/**
 * Lets only so many password checks of one address run at once as it may still fail, so that guesses sent all together are counted like
 * guesses sent one by one. Also bounds the checks of the whole process: each needs 128 MiB (scrypt). State of one process, on purpose: the
 * counted failures are in the database, this only closes the gap between reading and counting them.
 */
export class SignInGate {
  private readonly running = new Map<string, number>();
  private readonly waiting: (() => void)[] = [];
  private total = 0;

  constructor(
    private readonly maxFailures: number,
    private readonly maxTotal: number,
    private readonly maxWaiting: number,
  ) {}

  /** Runs `attempt` when it is its turn; undefined when too many wait, or the address has failed too often by then. */
  async run<T>(address: string, failures: () => Promise<number>, attempt: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      const failed = await failures();
      if (failed >= this.maxFailures) return undefined;
      const mine = this.running.get(address) ?? 0;
      if (failed + mine < this.maxFailures && this.total < this.maxTotal) break;
      if (this.waiting.length >= this.maxWaiting) return undefined;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.count(address, 1);
    try {
      return await attempt();
    } finally {
      this.count(address, -1);
      for (const wake of this.waiting.splice(0)) wake();
    }
  }

  private count(address: string, change: number): void {
    this.total += change;
    const left = (this.running.get(address) ?? 0) + change;
    if (left === 0) this.running.delete(address);
    else this.running.set(address, left);
  }
}
