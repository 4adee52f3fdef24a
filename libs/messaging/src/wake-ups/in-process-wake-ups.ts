import type { ServiceName } from '@helpdesk/contracts';
import type { KeyHandler, WakeUps } from './wake-ups.js';

interface Lane {
  handler: KeyHandler;
  concurrency: number;
  waiting: Set<string>;
  running: Set<string>;
  /** Woken while running: taken once more afterwards. */
  again: Set<string>;
  drained: (() => void)[];
  /** Called when a key is neither waiting nor running any more. */
  settled: Map<string, (() => void)[]>;
  isStopped: boolean;
}

/** Longest delay setTimeout takes; later ones are left to the sweeper. */
const MAX_TIMER_MS = 60_000;

/** Wake-ups between services in one process: a key is handled in one place at a time, wake-ups for it coalesce. */
export class InProcessWakeUps implements WakeUps {
  private readonly lanes = new Map<ServiceName, Lane>();

  wake(consumer: ServiceName, key: string, at?: Date): void {
    const delay = at ? at.getTime() - Date.now() : 0;
    if (delay > 0) {
      if (delay <= MAX_TIMER_MS) setTimeout(() => this.wake(consumer, key), delay + 5).unref();
      return;
    }
    const lane = this.lanes.get(consumer);
    if (!lane || lane.isStopped) return;
    if (lane.running.has(key)) lane.again.add(key);
    else lane.waiting.add(key);
    this.pump(lane);
  }

  isDown(): boolean {
    return false;
  }

  async listen(consumer: ServiceName, handler: KeyHandler, concurrency: number): Promise<void> {
    this.lanes.set(consumer, {
      handler,
      concurrency,
      waiting: new Set(),
      running: new Set(),
      again: new Set(),
      drained: [],
      settled: new Map(),
      isStopped: false,
    });
  }

  /** Like wake, and resolves when everything that was due for the key has been handled. */
  handled(consumer: ServiceName, key: string): Promise<void> {
    const lane = this.lanes.get(consumer);
    if (!lane || lane.isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const others = lane.settled.get(key);
      if (others) others.push(resolve);
      else lane.settled.set(key, [resolve]);
      this.wake(consumer, key);
    });
  }

  async stop(consumer: ServiceName): Promise<void> {
    const lane = this.lanes.get(consumer);
    if (!lane) return;
    lane.isStopped = true;
    for (const key of lane.waiting) this.settle(lane, key);
    lane.waiting.clear();
    if (lane.running.size > 0) await new Promise<void>((resolve) => lane.drained.push(resolve));
    this.lanes.delete(consumer);
  }

  private settle(lane: Lane, key: string): void {
    for (const resolve of lane.settled.get(key) ?? []) resolve();
    lane.settled.delete(key);
  }

  private pump(lane: Lane): void {
    for (const key of lane.waiting) {
      if (lane.running.size >= lane.concurrency || lane.isStopped) return;
      lane.waiting.delete(key);
      lane.running.add(key);
      void lane.handler(key).finally(() => {
        lane.running.delete(key);
        const isDueAgain = lane.again.delete(key);
        if (isDueAgain && !lane.isStopped) lane.waiting.add(key);
        else this.settle(lane, key);
        if (lane.isStopped && lane.running.size === 0) for (const resolve of lane.drained) resolve();
        this.pump(lane);
      });
    }
  }
}
