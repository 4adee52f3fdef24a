import { Redis } from 'ioredis';
import type { Runtime } from '@helpdesk/platform';

const reconnect = (times: number) => Math.min(100 * times, 2_000);
const address = (runtime: Runtime) => {
  if (!runtime.config.REDIS_URL) throw new Error('REDIS_URL is not set');
  return runtime.config.REDIS_URL;
};

/** For producers: a command fails at once while Redis is away, so that nobody waits for it. */
export function failFastRedis(runtime: Runtime): Redis {
  return withErrorSink(new Redis(address(runtime), { maxRetriesPerRequest: 0, enableOfflineQueue: false, retryStrategy: reconnect }));
}

/** For workers: waits for Redis to come back, as BullMQ demands. */
export function patientRedis(runtime: Runtime): Redis {
  return withErrorSink(new Redis(address(runtime), { maxRetriesPerRequest: null, retryStrategy: reconnect }));
}

/** ioredis prints errors nobody listens to; BullMQ reports the same ones through its own `error` event. */
function withErrorSink(redis: Redis): Redis {
  redis.on('error', () => undefined);
  return redis;
}
