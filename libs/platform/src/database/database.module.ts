import { Global, Module, type DynamicModule } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource, EntitySchema } from 'typeorm';
import type { Runtime } from '../lifecycle/runtime.js';
import { Database } from './database.js';
import { databaseOn } from './open-database.js';
import { roleUrl } from './roles.js';

type EntityClass = (new () => object) | EntitySchema;

/** Connects one service as its own role, with TypeORM's pool and entities. Statements are pipelined (pg's `pipeline`). */
@Global()
@Module({})
export class DatabaseModule {
  static forService(runtime: Runtime, entities: EntityClass[], poolSize: number): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          // In the embedded form several services live in one process, each with its own.
          name: runtime.service,
          ...roleUrl(runtime, runtime.service),
          entities,
          synchronize: false,
          applicationName: `helpdesk-${runtime.service}`,
          retryAttempts: 30,
          retryDelay: 1000,
          poolErrorHandler: (error: Error) => runtime.logger.warn({ error: error.message }, 'database connection lost'),
          extra: { max: poolSize, pipeline: true, connectionTimeoutMillis: 5_000, idleTimeoutMillis: 10_000, keepAlive: true },
        }),
      ],
      providers: [
        {
          provide: Database,
          useFactory: (source: DataSource) => databaseOn(source, runtime),
          inject: [getDataSourceToken(runtime.service)],
        },
      ],
      exports: [Database],
    };
  }
}
