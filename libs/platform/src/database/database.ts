import type { DataSource, EntityManager } from 'typeorm';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { settingsOf, type Sight } from './sight.js';
import { holdWrites, Tx, type StatementUse } from './transaction.js';

/** A commit whose outcome is unknown or refused; the caller treats the work as not done and repeats it idempotently. */
export class CommitFailed extends Error {}

/** The server is away or going away (SQLSTATE classes 08 and 57P), or no connection could be had: the same may succeed in a moment. */
export function isDatabaseAway(error: unknown): boolean {
  const { code = '', syscall } = (error ?? {}) as { code?: string; syscall?: string };
  return (
    // Its Unix socket is gone, or more wait there than it takes.
    (syscall === 'connect' && ['ENOENT', 'EAGAIN'].includes(code)) ||
    /^(08|57P)/.test(code) ||
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code) ||
    /Connection terminated|timeout exceeded|not queryable/i.test(String(error))
  );
}

const codeOf = (error: unknown) => (error as { code?: string } | null)?.code ?? '';

/** Faults of the moment: away, deadlock, serialisation, no resources (SQLSTATE classes 40 and 53). The same may succeed at once. */
export const isPassing = (error: unknown): boolean => isDatabaseAway(error) || /^(40|53)/.test(codeOf(error));

/** The statement ran longer than its role may (roles.ts). */
export const hasTakenTooLong = (error: unknown): boolean => codeOf(error) === '57014';

/** What a row refers to is not there, or something still refers to the row. */
export const isForeignKeyViolation = (error: unknown): boolean => codeOf(error) === '23503';

/** Connections that broke while they were in use: the pool must not give them to anybody again. */
const broken = new WeakMap<PoolClient, boolean>();

/** A service's own database role: transactions and single statements, each held to what its {@link Sight} covers. */
export class Database {
  constructor(
    readonly dataSource: DataSource,
    /** What {@link withComments} becomes for a transaction. */
    private readonly commentsRole = '',
  ) {}

  /** Runs `work` in one transaction. Rejects with the first error; nothing is kept then. */
  async transaction<T>(sight: Sight, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.connect();
    try {
      return await run(client, this.settings(sight), work);
    } finally {
      client.release(broken.get(client));
    }
  }

  /** The same with TypeORM's manager on the transaction's connection, for what is not hot: making a query runner costs more than a query. */
  async managedTransaction<T>(sight: Sight, work: (tx: Tx, manager: EntityManager) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as PoolClient;
      return await run(client, this.settings(sight), (tx) => work(tx, runner.manager));
    } finally {
      await runner.release().catch(() => undefined);
    }
  }

  /** Reads entities. */
  read<T>(sight: Sight, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.managedTransaction(sight, (_tx, manager) => work(manager));
  }

  /** One statement in a transaction of its own, sent in one packet. */
  async query<R extends object = QueryResultRow>(sight: Sight, text: string, values: unknown[] = [], use?: StatementUse): Promise<R[]> {
    const { rows } = await this.transaction(sight, async (tx) => ({ rows: tx.query<R>(text, values, use) }));
    return rows;
  }

  async queryOne<R extends object = QueryResultRow>(
    sight: Sight,
    text: string,
    values: unknown[] = [],
    use?: StatementUse,
  ): Promise<R | undefined> {
    return (await this.query<R>(sight, text, values, use))[0];
  }

  /** The same two for callers that take either an open transaction or nothing. */
  within(sight: Sight): Pick<Tx, 'query' | 'queryOne'> {
    return {
      query: <R extends object>(text: string, values?: unknown[]) => this.query<R>(sight, text, values),
      queryOne: <R extends object>(text: string, values?: unknown[]) => this.queryOne<R>(sight, text, values),
    };
  }

  /** Runs a part of an open transaction with what agents write for each other in sight, as {@link withComments} does for a whole one. */
  async asComments<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
    void tx.query(`SET LOCAL ROLE "${this.commentsRole.replaceAll('"', '""')}"`);
    const result = await work();
    void tx.query('SET LOCAL ROLE NONE');
    return result;
  }

  private settings(sight: Sight): string {
    return settingsOf(sight, this.commentsRole);
  }

  /** A connection of TypeORM's own pool. */
  private async connect(): Promise<PoolClient> {
    const { master } = this.dataSource.driver as unknown as { master: Pool };
    const client = await master.connect();
    if (!broken.has(client)) {
      broken.set(client, false);
      client.on('error', () => broken.set(client, true));
    }
    return client;
  }
}

async function run<T>(client: PoolClient, settings: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const tx = new Tx(client);
  let isEnded = false;
  try {
    holdWrites(client);
    const begun = client.query(`BEGIN${settings}`);
    begun.catch(() => undefined);
    const result = await work(tx);
    // Sent without waiting for what is still on its way: PostgreSQL answers ROLLBACK when any of it failed.
    holdWrites(client);
    isEnded = true;
    const ended = client.query('COMMIT').catch((error: unknown) => {
      throw new CommitFailed(`commit failed: ${String(error)}`);
    });
    ended.catch(() => undefined);
    await begun;
    await tx.settled();
    const { command } = await ended;
    if (command !== 'COMMIT') throw new CommitFailed('the transaction was already aborted');
    tx.committed();
    return result;
  } catch (error) {
    const cause = await tx.firstFailure();
    if (!isEnded) await client.query('ROLLBACK').catch(() => undefined);
    throw cause ?? error;
  }
}
