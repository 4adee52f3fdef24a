import 'reflect-metadata';
import { IsEmail, IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, MinLength, validateSync } from 'class-validator';
import { resolve } from 'node:path';
import { CHANNEL_ADDRESS } from '@helpdesk/contracts';

const url = (protocols: string[]) => IsUrl({ protocols, require_tld: false, require_protocol: true, allow_query_components: true });

/**
 * Every variable the product reads, with its default: contract.md §1 for the public ones. The last block is set by the cluster launcher
 * and by Kubernetes, not by people.
 */
export class DeskConfig {
  /** HTTP port of the gateway. */
  @IsInt() @Min(0) @Max(65_535) PORT = 3000;
  /** Inbound SMTP port, 0 = off. */
  @IsInt() @Min(0) @Max(65_535) SMTP_PORT = 2525;
  @IsString() DATA_DIR = './.data';
  /** Unset: embedded PostgreSQL in DATA_DIR. */
  @IsOptional()
  @Matches(/^(postgres|postgresql):\/\/\S+$/, { message: 'DATABASE_URL must be a postgres:// address' })
  DATABASE_URL?: string;
  /** Unset: the embedded form, everything in one process. */
  @IsOptional() @Matches(/^rediss?:\/\/\S+$/, { message: 'REDIS_URL must be a redis:// address' }) REDIS_URL?: string;
  @IsOptional() @url(['http', 'https']) PUBLIC_URL?: string;
  /** Signs tokens and encrypts channel secrets. Unset: made once and kept in DATA_DIR. */
  @IsOptional() @MinLength(16) SECRET_KEY?: string;
  /** Relay for outgoing mail. Unset: outgoing mail is kept and shown at /dev/outbox. */
  @IsOptional() @Matches(/^smtps?:\/\/\S+$/, { message: 'SMTP_URL must be an smtp:// or smtps:// address' }) SMTP_URL?: string;
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']) LOG_LEVEL = 'info';
  @IsIn([0, 1]) ALLOW_PRIVATE_TARGETS = 0;
  @IsOptional() @IsEmail({ require_tld: false }) ADMIN_EMAIL?: string;
  @IsOptional() @MinLength(8) ADMIN_PASSWORD?: string;
  @IsOptional() @MinLength(1) ACCOUNT_NAME?: string;
  @IsEmail({ require_tld: false })
  @Matches(CHANNEL_ADDRESS, { message: 'SUPPORT_ADDRESS must be an e-mail address in ASCII without a plus' })
  SUPPORT_ADDRESS = 'support@localhost';
  @IsOptional() @IsInt() @Min(1) @Max(65_535) METRICS_PORT?: number;

  /** Port on which this process answers the other services; 0 = any free one. */
  @IsInt() @Min(0) @Max(65_535) RPC_PORT = 4000;
  /** Where each service answers: comma-separated host:port, a name may stand for several replicas. */
  @IsString() CHANNELS_RPC = 'channels:4000';
  @IsString() CONVERSATIONS_RPC = 'conversations:4000';
  @IsString() TICKETS_RPC = 'tickets:4000';
  @IsString() NOTIFICATIONS_RPC = 'notifications:4000';
  /** Set only by the cluster launcher: JSON [{service, replica, pid}], served at /dev/processes. */
  @IsOptional() @IsString() PROCESS_TABLE?: string;
}

/** Thrown with all problems of the environment at once, one line each. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'));
  }
}

const INTEGERS = new Set(['PORT', 'SMTP_PORT', 'ALLOW_PRIVATE_TARGETS', 'METRICS_PORT', 'RPC_PORT']);
const KEYS = Object.keys({
  ...new DeskConfig(),
  DATABASE_URL: 1,
  REDIS_URL: 1,
  PUBLIC_URL: 1,
  SECRET_KEY: 1,
  SMTP_URL: 1,
  ADMIN_EMAIL: 1,
  ADMIN_PASSWORD: 1,
  ACCOUNT_NAME: 1,
  METRICS_PORT: 1,
  PROCESS_TABLE: 1,
});

/** Reads and checks the environment. An empty variable counts as unset. Throws {@link ConfigError} that lists every problem. */
export function readConfig(env: NodeJS.ProcessEnv): DeskConfig {
  const config = new DeskConfig();
  for (const key of KEYS) {
    const raw = env[key];
    if (raw === undefined || raw === '') continue;
    const value = INTEGERS.has(key) && /^-?\d+$/.test(raw) ? Number(raw) : raw;
    Object.assign(config, { [key]: value });
  }
  const problems = validateSync(config).flatMap((e) => Object.values(e.constraints ?? {}).map((text) => `${e.property}: ${text}`));
  if (config.ADMIN_EMAIL && !config.ADMIN_PASSWORD) problems.push('ADMIN_PASSWORD: is needed together with ADMIN_EMAIL');
  if (config.REDIS_URL && !config.DATABASE_URL) problems.push('DATABASE_URL: is needed together with REDIS_URL');
  if (problems.length > 0) throw new ConfigError(problems);
  config.DATA_DIR = resolve(config.DATA_DIR);
  return config;
}

/** The address people and customers reach the desk at, without a trailing slash. */
export function publicUrl(config: DeskConfig): string {
  return (config.PUBLIC_URL ?? `http://localhost:${config.PORT}`).replace(/\/+$/, '');
}
