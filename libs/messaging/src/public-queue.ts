import { createPostgresBackend, Queue, runMigrations, Worker, type Job } from 'bullmq';
import pg from 'pg';
import type { Runtime } from '@helpdesk/platform';
import { failFastRedis, patientRedis } from './redis.js';

/** Longest time finished jobs stay readable for whoever asks for the receipt, in seconds. */
const KEEP = { age: 3_600, count: 10_000 };

/** BullMQ's own schema, for the queues others use while there is no Redis. Run once before the services start, by the owner. */
export async function migratePublicQueues(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}

interface Closable {
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * A BullMQ queue that others may use (contract.md §3): on Redis with REDIS_URL, else on PostgreSQL in BullMQ's own schema. The job's return
 * value is the receipt.
 */
export class PublicQueue {
  private worker: Closable | undefined;
  private queue: (Closable & Pick<Queue, 'add'>) | undefined;

  constructor(
    private readonly runtime: Runtime,
    private readonly name: string,
  ) {}

  /** Starts taking jobs. `process` gets the job's name and data; what it throws fails the job and is retried as the producer asked. */
  async listen(process: (job: { id: string; name: string; data: unknown }) => Promise<unknown>, concurrency: number): Promise<void> {
    const processor = (job: Job) => process({ id: String(job.id), name: job.name, data: job.data as unknown });
    const options = { concurrency, removeOnComplete: KEEP, removeOnFail: { age: 86_400 } };
    this.worker = this.onRedis
      ? new Worker(this.name, processor, { ...options, connection: patientRedis(this.runtime) })
      : new Worker(
          this.name,
          processor,
          { ...options, removeOnComplete: { age: KEEP.age }, connection: this.pgConnection },
          createPostgresBackend,
        );
    this.worker.on('error', (error) => this.runtime.logger.debug({ error: String(error), queue: this.name }, 'queue connection'));
  }

  /** Adds a job; used for `channel.outbound.<channelId>`. */
  async add(name: string, data: unknown): Promise<void> {
    this.queue ??= this.onRedis
      ? new Queue(this.name, { connection: failFastRedis(this.runtime) })
      : new Queue(this.name, { connection: this.pgConnection }, createPostgresBackend);
    this.queue.on('error', (error) => this.runtime.logger.debug({ error: String(error), queue: this.name }, 'queue connection'));
    await this.queue.add(name, data);
  }

  async close(): Promise<void> {
    await this.worker?.close();
    await this.queue?.close();
  }

  private get onRedis(): boolean {
    return this.runtime.form === 'distributed';
  }

  /** BullMQ keeps its jobs in a schema of its own, which the owner migrates; 3 connections: one fetches, one listens, one completes. */
  private get pgConnection() {
    return { connectionString: this.runtime.databaseUrl, max: 3 };
  }
}
