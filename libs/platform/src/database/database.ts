import type { DataSource, QueryRunner } from 'typeorm';
import type { PoolClient, QueryResultRow } from 'pg';
import { statementName, Tx } from './transaction.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A commit whose outcome is unknown or refused; the caller treats the work as not done and repeats it idempotently. */
export class CommitFailed extends Error {}

/** A service's own database role: transactions that carry the account, and single statements. */
export class Database {
  constructor(readonly dataSource: DataSource) {}

  /**
   * Runs `work` in one transaction. `accountId` is set for the transaction (`app.account`), null for work that concerns no account (claims,
   * sweeps, look-ups before anybody is known). Rejects with the first error; nothing is kept then.
   */
  async transaction<T>(accountId: string | null, work: (tx: Tx) => Promise<T>): Promise<T> {
    if (accountId !== null && !UUID.test(accountId)) throw new TypeError('accountId is no UUID');
    const runner = this.dataSource.createQueryRunner();
    const client = (await runner.connect()) as PoolClient;
    const tx = new Tx(client, runner);
    let isBroken = false;
    try {
      const begun = client.query(accountId === null ? 'BEGIN' : `BEGIN; SET LOCAL app.account = '${accountId}'`);
      begun.catch(() => undefined);
      const result = await work(tx);
      // Sent without waiting for what is still on its way: PostgreSQL answers ROLLBACK when any of it failed.
      const ended = client.query('COMMIT').catch((error: unknown) => {
        isBroken = true;
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
      if (!isBroken) await client.query('ROLLBACK').catch(() => undefined);
      throw cause ?? error;
    } finally {
      await release(runner);
    }
  }

  /** One statement in a transaction of its own. */
  async query<R extends QueryResultRow = QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as PoolClient;
      return (await client.query<R>({ name: statementName(text), text, values })).rows;
    } finally {
      await release(runner);
    }
  }

  async queryOne<R extends QueryResultRow = QueryResultRow>(text: string, values: unknown[] = []): Promise<R | undefined> {
    return (await this.query<R>(text, values))[0];
  }
}

const release = (runner: QueryRunner) => runner.release().catch(() => undefined);
