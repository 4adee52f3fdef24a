import { Inject, Injectable, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { PublicQueue } from '@helpdesk/messaging';
import type { Runtime } from '@helpdesk/platform';
import { RUNTIME } from '../../tokens.js';
import { IngestService } from './ingest.service.js';

const CONCURRENCY = 8;

/** The queue `channel.inbound`: any BullMQ client may add jobs; the return value is the receipt. */
@Injectable()
export class QueueDoor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly queue: PublicQueue;

  constructor(
    @Inject(RUNTIME) runtime: Runtime,
    private readonly ingest: IngestService,
  ) {
    this.queue = new PublicQueue(runtime, 'channel.inbound');
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.queue.listen((job) => this.ingest.bySignature(job), CONCURRENCY);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.queue.close();
  }
}
