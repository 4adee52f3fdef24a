import { NestFactory } from '@nestjs/core';
import { Transport, type MicroserviceOptions } from '@nestjs/microservices';
import type { INestMicroservice } from '@nestjs/common';
import { nestLogger } from '../logging/logger.js';
import { CallGuard, RpcProblemFilter } from '../rpc/rpc-server.js';
import type { Runtime } from './runtime.js';

type ModuleInput = Parameters<typeof NestFactory.createMicroservice>[0];

/** Starts a service that answers the others on `host:port` over Nest's TCP transport. */
export async function startRpcService(runtime: Runtime, module: ModuleInput, host: string, port: number): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    transport: Transport.TCP,
    options: { host, port },
    logger: nestLogger(runtime.logger),
    abortOnError: false,
  });
  app.useGlobalGuards(new CallGuard(runtime));
  app.useGlobalFilters(new RpcProblemFilter(runtime));
  await app.listen();
  return app;
}
