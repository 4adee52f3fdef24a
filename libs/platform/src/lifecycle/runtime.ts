import type { ServiceName } from '@helpdesk/contracts';
import { ConfigError, readConfig, type DeskConfig } from '../config/desk-config.js';
import { createLogger, type Logger } from '../logging/logger.js';
import { Keys } from '../security/keys.js';
import { loadSecretKey } from '../security/secret-key.js';

/** What a service is given before Nest starts: everything that depends on the environment is decided here. */
export interface Runtime {
  service: ServiceName;
  config: DeskConfig;
  logger: Logger;
  keys: Keys;
  /** The owner's address; services connect with their own role on it. */
  databaseUrl: string;
  /** Embedded: one process, wake-ups in-process, no Redis. Distributed: Redis. The one place that decides which form runs. */
  form: 'embedded' | 'distributed';
}

/** The runtime of one service from the environment; `embeddedDatabaseUrl` is the address of the PostgreSQL this process started itself. */
export function runtimeFor(service: ServiceName, env: NodeJS.ProcessEnv, embeddedDatabaseUrl?: string): Runtime {
  const config = readConfig(env);
  const databaseUrl = config.DATABASE_URL ?? embeddedDatabaseUrl;
  if (!databaseUrl) throw new ConfigError(['DATABASE_URL: is needed here, this process has no embedded PostgreSQL']);
  return {
    service,
    config,
    logger: createLogger(config.LOG_LEVEL, service),
    keys: new Keys(loadSecretKey(config)),
    databaseUrl,
    form: config.REDIS_URL ? 'distributed' : 'embedded',
  };
}
