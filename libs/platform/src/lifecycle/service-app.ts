import { NestFactory } from '@nestjs/core';
import { Transport, type MicroserviceOptions } from '@nestjs/microservices';
import type { INestMicroservice } from '@nestjs/common';
import { nestLogger } from '../logging/logger.js';
import { InProcessTransport } from '../rpc/in-process-transport.js';
import { CallGuard, RpcProblemFilter } from '../rpc/rpc-server.js';
import type { Runtime } from './runtime.js';

type ModuleInput = Parameters<typeof NestFactory.createMicroservice>[0];

/** Starts a service that answers the others: on `host:port` over Nest's TCP transport, or without an address within this process. */
export async function startRpcService(
  runtime: Runtime,
  module: ModuleInput,
  address?: { host: string; port: number },
): Promise<INestMicroservice> {
  const transport = address
    ? { transport: Transport.TCP as const, options: address }
    : { strategy: new InProcessTransport(runtime.service) };
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    ...transport,
    logger: nestLogger(runtime.logger),
    abortOnError: false,
  });
  app.useGlobalGuards(new CallGuard(runtime));
  app.useGlobalFilters(new RpcProblemFilter(runtime));
  await app.listen();
  return app;
}
