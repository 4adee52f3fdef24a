import { Global, Inject, Module, type DynamicModule, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Database, type Runtime, type Tx } from '@helpdesk/platform';
import { Consumer, type Delivery, type Handler } from './consumer.js';
import type { EventClass } from '@helpdesk/contracts';
import { MessageBus } from './message-bus.js';
import { wakeUpsFor, type WakeUps } from './wake-ups/wake-ups.js';

const HANDLES = Symbol('handles');
const WAKE_UPS = Symbol('wake-ups');

/** Marks the method of a provider that takes an event: `(event, tx, delivery) => Promise<void>`, inside the claim's transaction. */
export function OnEvent<T extends object>(type: new (fields: never) => T) {
  return (
    _target: object,
    _key: string,
    descriptor: TypedPropertyDescriptor<(event: T, tx: Tx, delivery: Delivery) => Promise<void>>,
  ): void => {
    Reflect.defineMetadata(HANDLES, type, descriptor.value as object);
  };
}

@Global()
@Module({})
export class MessagingModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly consumer: Consumer,
    private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
  ) {}

  /** `concurrency`: keys handled at the same time by this process; each takes a database connection. */
  static forService(runtime: Runtime, concurrency: number): DynamicModule {
    return {
      module: MessagingModule,
      imports: [DiscoveryModule],
      providers: [
        { provide: WAKE_UPS, useFactory: () => wakeUpsFor(runtime) },
        { provide: MessageBus, useFactory: (wakeUps: WakeUps) => new MessageBus(wakeUps), inject: [WAKE_UPS] },
        {
          provide: Consumer,
          useFactory: (wakeUps: WakeUps, db: Database) => new Consumer(runtime, db, wakeUps, concurrency),
          inject: [WAKE_UPS, Database],
        },
      ],
      exports: [Consumer, MessageBus],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    const found: { type: EventClass; handle: Handler }[] = [];
    for (const { instance } of this.discovery.getProviders()) {
      if (!instance || typeof instance !== 'object') continue;
      const prototype = Object.getPrototypeOf(instance) as object;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const method = (instance as Record<string, unknown>)[name];
        const type = typeof method === 'function' ? (Reflect.getMetadata(HANDLES, method) as EventClass | undefined) : undefined;
        if (type) found.push({ type, handle: (method as Handler).bind(instance) });
      }
    }
    await this.consumer.start(found);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.consumer.stop();
  }
}
