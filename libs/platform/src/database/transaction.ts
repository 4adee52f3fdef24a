import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { PoolClient, QueryResult, QueryResultRow } from 'pg';

/** Statement names by text: PostgreSQL parses and plans each text once per connection instead of at every call. */
const names = new Map<string, string>();

export function statementName(text: string): string {
  let name = names.get(text);
  if (!name) names.set(text, (name = createHash('sha1').update(text).digest('base64url').slice(0, 20)));
  return name;
}

/** `again`: the statement is kept prepared on its connection. `once`: not; texts that are made of what was asked for would never end. */
export type StatementUse = 'again' | 'once';

/**
 * Holds back what is written to the connection until this turn of the event loop ends, so that statements sent together go out in one
 * packet: the system call costs more than most statements.
 */
export function holdWrites(client: PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/**
 * One open transaction. Statements are prepared and pipelined: a call that is not awaited goes out with the next one, in order. Everything
 * sent is awaited before COMMIT, and the first failure rolls all of it back.
 */
export class Tx {
  private readonly sent: Promise<unknown>[] = [];
  private readonly afterCommit: (() => void)[] = [];

  constructor(private readonly client: PoolClient) {}

  /** Runs a statement and gives its rows. */
  query<R extends object = QueryResultRow>(text: string, values: unknown[] = [], use: StatementUse = 'again'): Promise<R[]> {
    holdWrites(this.client);
    const rows = this.client
      .query({ name: use === 'again' ? statementName(text) : undefined, text, values })
      .then((r: QueryResult) => r.rows as R[]);
    rows.catch(() => undefined);
    this.sent.push(rows);
    return rows;
  }

  async queryOne<R extends object = QueryResultRow>(text: string, values: unknown[] = []): Promise<R | undefined> {
    return (await this.query<R>(text, values))[0];
  }

  /** From here on the desk itself is at work in this one account, whatever the transaction could see before. */
  asDesk(accountId: string): void {
    void this.query("SELECT set_config('app.account', $1, true), set_config('app.view', 'all', true)", [accountId]);
  }

  /** Called once after COMMIT, never after a rollback: wake-ups, live events. */
  onCommit(action: () => void): void {
    this.afterCommit.push(action);
  }

  /** @internal */
  async settled(): Promise<void> {
    await Promise.all(this.sent);
  }

  /**
   * The first statement that failed: later ones only report that the transaction is aborted.
   * @internal
   */
  async firstFailure(): Promise<unknown> {
    const outcomes = await Promise.allSettled(this.sent);
    return outcomes.find((outcome) => outcome.status === 'rejected')?.reason as unknown;
  }

  /** @internal */
  committed(): void {
    for (const action of this.afterCommit) action();
  }
}
