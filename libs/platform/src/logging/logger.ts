import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import { currentContext } from './request-context.js';

export type { Logger } from 'pino';

/** JSON logs on stderr: constant message, data in fields, ids instead of bodies. stdout is kept for what people wait for (`ready …`). */
export function createLogger(level: string, service: string): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['password', '*.password', 'secret', '*.secret', 'token', '*.token'], censor: '***' },
      mixin: () => {
        const correlationId = currentContext()?.correlationId;
        return correlationId ? { correlationId } : {};
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** Nest's own messages through the same logger; its start-up chatter is debug. */
export function nestLogger(logger: Logger): LoggerService {
  const fields = (rest: unknown[]) => ({ context: rest.at(-1), ...(rest.length > 1 && { stack: rest[0] }) });
  return {
    log: (message: unknown, ...rest: unknown[]) => logger.debug(fields(rest), String(message)),
    error: (message: unknown, ...rest: unknown[]) => logger.error(fields(rest), String(message)),
    warn: (message: unknown, ...rest: unknown[]) => logger.warn(fields(rest), String(message)),
    debug: (message: unknown, ...rest: unknown[]) => logger.trace(fields(rest), String(message)),
    verbose: (message: unknown, ...rest: unknown[]) => logger.trace(fields(rest), String(message)),
    fatal: (message: unknown, ...rest: unknown[]) => logger.fatal(fields(rest), String(message)),
  };
}
