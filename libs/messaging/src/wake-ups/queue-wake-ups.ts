import { Queue, Worker } from 'bullmq';
import type { ServiceName } from '@helpdesk/contracts';
import type { Logger, Runtime } from '@helpdesk/platform';
import { failFastRedis, patientRedis } from '../redis.js';
import type { KeyHandler, WakeUps } from './wake-ups.js';

const queueName = (consumer: ServiceName) => `${consumer}.events`;

interface Wake {
  key: string;
  at?: Date;
}

/**
 * Wake-ups as BullMQ jobs. Deduplication by key keeps one waiting and, while a key is handled, remembers the last one; the row locks in
 * PostgreSQL stay the truth. Wake-ups of one turn of the event loop go to Redis together.
 */
export class QueueWakeUps implements WakeUps {
  private readonly logger: Logger;
  private readonly queues = new Map<ServiceName, Queue>();
  private readonly workers = new Map<ServiceName, Worker>();
  private readonly pending = new Map<ServiceName, Map<string, Wake>>();
  private lastWarning = 0;

  constructor(private readonly runtime: Runtime) {
    this.logger = runtime.logger;
  }

  wake(consumer: ServiceName, key: string, at?: Date): void {
    let batch = this.pending.get(consumer);
    if (!batch) {
      this.pending.set(consumer, (batch = new Map()));
      setImmediate(() => void this.flush(consumer));
    }
    batch.set(at ? `${key}@${at.getTime()}` : key, { key, at });
  }

  async listen(consumer: ServiceName, handler: KeyHandler, concurrency: number): Promise<void> {
    const worker = new Worker(queueName(consumer), (job) => handler((job.data as Wake).key), {
      connection: patientRedis(this.runtime),
      concurrency,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      drainDelay: 5,
      skipStalledCheck: false,
    });
    worker.on('error', (error) => this.warn(error));
    this.workers.set(consumer, worker);
  }

  async stop(consumer: ServiceName): Promise<void> {
    await this.workers.get(consumer)?.close();
    for (const queue of this.queues.values()) await queue.close().catch(() => undefined);
  }

  private async flush(consumer: ServiceName): Promise<void> {
    const batch = [...(this.pending.get(consumer)?.values() ?? [])];
    this.pending.delete(consumer);
    try {
      await this.queue(consumer).addBulk(
        batch.map(({ key, at }) => {
          const delay = at ? Math.max(0, at.getTime() - Date.now()) : 0;
          const opts = delay > 0 ? { delay } : { deduplication: { id: key, keepLastIfActive: true } };
          return { name: 'wake', data: { key }, opts: { ...opts, removeOnComplete: true, removeOnFail: true } };
        }),
      );
    } catch (error) {
      // What was not woken is due in PostgreSQL: the sweeper of the consumer takes it.
      this.warn(error);
    }
  }

  private queue(consumer: ServiceName): Queue {
    let queue = this.queues.get(consumer);
    if (!queue) {
      queue = new Queue(queueName(consumer), { connection: failFastRedis(this.runtime), skipMetasUpdate: true });
      queue.on('error', (error) => this.warn(error));
      this.queues.set(consumer, queue);
    }
    return queue;
  }

  private warn(error: unknown): void {
    if (Date.now() - this.lastWarning < 5_000) return;
    this.lastWarning = Date.now();
    this.logger.warn({ error: String(error) }, 'Redis does not take wake-ups; the sweeper goes on');
  }
}
