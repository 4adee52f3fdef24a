import type { ServiceName } from '@helpdesk/contracts';
import type { INestApplicationContext, INestMicroservice } from '@nestjs/common';
import { Database } from '../database/database.js';
import { startProbeServer, type Health } from '../http/probe-server.js';
import type { Logger } from '../logging/logger.js';
import { startRpcService } from './service-app.js';
import { runtimeFor, type Runtime } from './runtime.js';
import { reportStartFailure } from './start-failure.js';

type ServiceModule = Parameters<typeof startRpcService>[1];

/** Kubernetes gives 30 s between SIGTERM and SIGKILL. */
const DRAIN_MS = 25_000;

/** The whole `main` of a service process: configuration, application, probes, orderly end. */
export async function runService(
  service: Exclude<ServiceName, 'gateway'>,
  env: NodeJS.ProcessEnv,
  moduleFor: (runtime: Runtime) => ServiceModule,
): Promise<void> {
  try {
    const runtime = runtimeFor(service, env);
    const app: INestMicroservice = await startRpcService(runtime, moduleFor(runtime), {
      host: '0.0.0.0',
      port: runtime.config.RPC_PORT,
    });
    const { METRICS_PORT } = runtime.config;
    if (METRICS_PORT !== undefined) startProbeServer(METRICS_PORT, databaseHealth(app));
    endOnSignal(runtime.logger, () => app.close());
    runtime.logger.info({ port: runtime.config.RPC_PORT }, 'service ready');
  } catch (error) {
    reportStartFailure(error);
  }
}

/** Ready = the service's own database role answers. Redis is not asked for: a service goes on without it. */
export function databaseHealth(app: INestApplicationContext): Health {
  return {
    async check() {
      await app.get(Database, { strict: false }).query(null, 'SELECT 1');
      return { database: true };
    },
  };
}

/** SIGTERM and SIGINT stop intake, finish what runs, and exit with 0; what does not finish in 25 s is left to the others. */
export function endOnSignal(logger: Logger, close: () => Promise<unknown>): void {
  let isEnding = false;
  const end = (signal: string) => {
    if (isEnding) return;
    isEnding = true;
    logger.info({ signal }, 'ending');
    setTimeout(() => process.exit(0), DRAIN_MS).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error: String(error) }, 'did not end in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
}
