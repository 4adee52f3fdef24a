import type { OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { LiveEvent } from '@helpdesk/contracts';
import type { Logger, Runtime } from '@helpdesk/platform';
import { failFastRedis, patientRedis } from '../redis.js';
import { LiveBus, type LiveListener } from './live-bus.js';

const CHANNEL = 'helpdesk.live';
/** After Redis came back it takes up to 2 s until every publisher has noticed; what was published meanwhile is lost too. */
const OTHERS_ARE_BACK_MS = 3_000;

/** Live events over one channel of Redis pub/sub. */
export class RedisLiveBus extends LiveBus implements OnApplicationShutdown {
  private readonly logger: Logger;
  private readonly publisher: Redis;
  private subscriber: Redis | undefined;
  private lastWarning = 0;

  constructor(private readonly runtime: Runtime) {
    super();
    this.logger = runtime.logger;
    // Connected from the start: it does not wait for a connection when there is something to say.
    this.publisher = failFastRedis(runtime);
  }

  subscribe(listener: LiveListener): void {
    const redis = (this.subscriber ??= patientRedis(this.runtime));
    redis.on('message', (_channel: string, text: string) => {
      const told = parse(text);
      if (told) listener.heard(told.accountId, told.event);
      else this.warn('a live event could not be read');
    });
    let wasConnected = false;
    redis.on('ready', () => {
      if (wasConnected) {
        listener.missed();
        setTimeout(() => listener.missed(), OTHERS_ARE_BACK_MS).unref();
      }
      wasConnected = true;
    });
    // ioredis subscribes again by itself after each reconnect.
    redis.subscribe(CHANNEL).catch((error: unknown) => this.warn(String(error)));
  }

  onApplicationShutdown(): void {
    this.publisher.disconnect();
    this.subscriber?.disconnect();
  }

  protected send(accountId: string, event: LiveEvent): void {
    this.publisher.publish(CHANNEL, JSON.stringify({ accountId, event })).catch((error: unknown) => this.warn(String(error)));
  }

  private warn(error: string): void {
    if (Date.now() - this.lastWarning < 5_000) return;
    this.lastWarning = Date.now();
    this.logger.warn({ error }, 'live events are lost; clients fetch again');
  }
}

function parse(text: string): { accountId: string; event: LiveEvent } | undefined {
  try {
    const told = JSON.parse(text) as { accountId?: unknown; event?: Partial<LiveEvent> };
    return typeof told.accountId === 'string' && typeof told.event?.kind === 'string'
      ? (told as { accountId: string; event: LiveEvent })
      : undefined;
  } catch {
    return undefined;
  }
}
