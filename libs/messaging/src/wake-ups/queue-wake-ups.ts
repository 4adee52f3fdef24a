import { Queue, Worker } from 'bullmq';
import type { ServiceName } from '@helpdesk/contracts';
import type { Logger, Runtime } from '@helpdesk/platform';
import { failFastRedis, patientRedis } from '../redis.js';
import { InProcessWakeUps } from './in-process-wake-ups.js';
import type { KeyHandler, WakeUps } from './wake-ups.js';

/** Keys in one job: few enough that replicas share the work. */
const MAX_KEYS = 16;

const queueName = (consumer: ServiceName) => `${consumer}.events`;

interface Wake {
  keys: string[];
}

interface Batch {
  keys: Set<string>;
  later: { key: string; at: Date }[];
}

/**
 * Wake-ups as BullMQ jobs. A job carries all keys that became due while the one before was on its way, so Redis is asked less often the
 * more there is to do; in a process, a key is handled in one place at a time. Two replicas may be woken for the same key: the row locks
 * in PostgreSQL are the truth, and keep the order.
 */
export class QueueWakeUps implements WakeUps {
  private readonly logger: Logger;
  private readonly local = new InProcessWakeUps();
  private readonly queues = new Map<ServiceName, Queue>();
  private readonly workers = new Map<ServiceName, Worker>();
  private readonly pending = new Map<ServiceName, Batch>();
  private readonly sending = new Set<ServiceName>();
  private lastWarning = 0;
  private isConnected = true;

  constructor(private readonly runtime: Runtime) {
    this.logger = runtime.logger;
  }

  wake(consumer: ServiceName, key: string, at?: Date): void {
    let batch = this.pending.get(consumer);
    if (!batch) this.pending.set(consumer, (batch = { keys: new Set(), later: [] }));
    if (at && at.getTime() > Date.now()) batch.later.push({ key, at });
    else batch.keys.add(key);
    if (this.sending.has(consumer)) return;
    this.sending.add(consumer);
    setImmediate(() => void this.send(consumer));
  }

  isDown(): boolean {
    return !this.isConnected;
  }

  async listen(consumer: ServiceName, handler: KeyHandler, concurrency: number): Promise<void> {
    await this.local.listen(consumer, handler, concurrency);
    const handle = async ({ keys }: Wake) => {
      await Promise.all(keys.map((key) => this.local.handled(consumer, key)));
    };
    const connection = patientRedis(this.runtime);
    connection.on('close', () => (this.isConnected = false));
    connection.on('ready', () => (this.isConnected = true));
    const worker = new Worker(queueName(consumer), (job) => handle(job.data as Wake), {
      connection,
      concurrency,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      drainDelay: 5,
    });
    worker.on('error', (error) => this.warn(error));
    this.workers.set(consumer, worker);
  }

  async stop(consumer: ServiceName): Promise<void> {
    await Promise.all([this.workers.get(consumer)?.close(), this.local.stop(consumer)]);
    for (const queue of this.queues.values()) await queue.close().catch(() => undefined);
  }

  /** Sends what is pending until nothing is; what comes meanwhile goes with the next job. */
  private async send(consumer: ServiceName): Promise<void> {
    for (let batch = this.pending.get(consumer); batch; batch = this.pending.get(consumer)) {
      this.pending.delete(consumer);
      const keep = { removeOnComplete: true, removeOnFail: true };
      const jobs = batch.later.map(({ key, at }) => ({
        name: 'wake',
        data: { keys: [key] },
        opts: { ...keep, delay: Math.max(0, at.getTime() - Date.now()) },
      }));
      const keys = [...batch.keys];
      for (let i = 0; i < keys.length; i += MAX_KEYS)
        jobs.push({ name: 'wake', data: { keys: keys.slice(i, i + MAX_KEYS) }, opts: { ...keep, delay: 0 } });
      try {
        await this.queue(consumer).addBulk(jobs);
      } catch (error) {
        // What was not woken is due in PostgreSQL: the sweeper of the consumer takes it.
        this.warn(error);
      }
    }
    this.sending.delete(consumer);
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
