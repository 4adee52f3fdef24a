import { allDefinitions, parseEvent, type EventClass, type ServiceName } from '@helpdesk/contracts';
import { EVERY_ACCOUNT, isPassing, Problem, runInContext, type Database, type Logger, type Runtime, type Tx } from '@helpdesk/platform';
import { randomUUID } from 'node:crypto';
import { busMetrics, type Backlog } from './metrics.js';
import type { WakeUps } from './wake-ups/wake-ups.js';

/** What a handler is told besides the event. */
export interface Delivery {
  accountId: string;
  eventSeq: string;
  /** Taken out of quarantine by a person: guards that parked it are not asked again. */
  isReplay: boolean;
}

export type Handler = (event: never, tx: Tx, delivery: Delivery) => Promise<void>;

/** Thrown by a handler to park an event at once, with a code that people see in the quarantine. */
export class Park extends Error {
  constructor(
    readonly code: string,
    reason: string,
  ) {
    super(reason);
  }
}

interface Claimed {
  id: string;
  event_seq: string;
  account_id: string;
  attempts: number;
  is_replay: boolean;
  name: string;
  version: number;
  payload: object;
  correlation_id: string | null;
}

/** Delays before attempts 2 to 5, in ms; after the fifth failure the event is quarantined. */
const BACKOFF_MS = [1_000, 5_000, 30_000, 120_000];
const MAX_BATCH = 20;
const SWEEP_MS = 10_000;
/** While no wake-ups come through, what is due is looked for this often. */
const WATCH_MS = 1_000;
const PRUNE_MS = 600_000;

/** Handled events are kept a week, to look at and to rebuild from. */
const PRUNE = `
  DELETE FROM bus.event WHERE seq IN (
    SELECT e.seq FROM bus.event e WHERE e.occurred_at < now() - interval '7 days' AND NOT EXISTS (SELECT 1 FROM bus.dispatch d WHERE d.event_seq = e.seq)
    LIMIT 10000)`;

const BACKLOG = `
  SELECT count(*) FILTER (WHERE quarantined_at IS NULL AND due_at <= now()) AS due, count(*) FILTER (WHERE quarantined_at IS NOT NULL) AS quarantined,
         coalesce(extract(epoch FROM now() - min(due_at) FILTER (WHERE quarantined_at IS NULL AND due_at <= now())), 0) AS oldest
  FROM bus.dispatch WHERE consumer = $1`;

/** Takes the due rows of a key in order, up to the first that waits for its retry. What is scheduled for later stands beside the order. */
const CLAIM = `
  WITH mine AS MATERIALIZED (
    SELECT d.id, d.due_at FROM bus.dispatch d
    WHERE d.consumer = $1 AND d.key = $2 AND d.quarantined_at IS NULL AND (d.due_at <= now() OR d.attempts > 0) ORDER BY d.id LIMIT $3 FOR UPDATE
  ), gone AS (
    DELETE FROM bus.dispatch d USING mine
    WHERE d.id = mine.id AND NOT EXISTS (SELECT 1 FROM mine early WHERE early.due_at > now() AND early.id <= mine.id)
    RETURNING d.id, d.event_seq, d.account_id, d.attempts, d.is_replay
  )
  SELECT gone.*, e.name, e.version, e.payload, e.correlation_id
  FROM gone JOIN bus.event e ON e.seq = gone.event_seq ORDER BY gone.id`;

/** Due, and not taken within the last 10 s; rows that are being handled are locked and skipped. */
const SWEEP = `
  UPDATE bus.dispatch SET swept_at = now() WHERE id IN (
    SELECT id FROM bus.dispatch
    WHERE consumer = $1 AND quarantined_at IS NULL AND due_at <= now() - $2::interval AND (swept_at IS NULL OR swept_at < now() - interval '10 s')
    ORDER BY due_at LIMIT 500 FOR UPDATE SKIP LOCKED)
  RETURNING key`;

/** Handles one service's events: claims by key, runs the handlers in the claim's transaction, retries, quarantines. */
export class Consumer {
  private readonly handlers = new Map<string, { type: EventClass; handle: Handler }>();
  private sweeper: NodeJS.Timeout | undefined;
  private watcher: NodeJS.Timeout | undefined;
  private pruner: NodeJS.Timeout | undefined;
  private readonly logger: Logger;
  private readonly service: ServiceName;

  constructor(
    runtime: Runtime,
    private readonly database: Database,
    private readonly wakeUps: WakeUps,
    private readonly concurrency: number,
  ) {
    this.logger = runtime.logger;
    this.service = runtime.service;
  }

  /** Refuses the start unless every event that names this service has exactly one handler. */
  async start(found: { type: EventClass; handle: Handler }[]): Promise<void> {
    for (const { type, handle } of found) {
      const definition = allDefinitions().get(type);
      if (!definition?.consumers.includes(this.service)) throw new Error(`${type.name} does not name ${this.service} as a consumer`);
      const slot = `${definition.name}@${definition.version}`;
      if (this.handlers.has(slot)) throw new Error(`${slot} has two handlers in ${this.service}`);
      this.handlers.set(slot, { type, handle });
    }
    for (const definition of allDefinitions().values()) {
      const slot = `${definition.name}@${definition.version}`;
      if (definition.consumers.includes(this.service) && !this.handlers.has(slot))
        throw new Error(`${this.service} has no handler for ${slot}`);
    }
    if (this.handlers.size === 0) return;
    await this.wakeUps.listen(this.service, (key) => this.handleKey(key), this.concurrency);
    busMetrics.watch(this.service, () => this.backlog());
    void this.sweep('0 s');
    this.pruner = setInterval(() => void this.prune(), PRUNE_MS);
    this.sweeper = setInterval(() => void this.sweep('10 s'), SWEEP_MS);
    this.watcher = setInterval(() => this.wakeUps.isDown() && void this.sweep('0 s'), WATCH_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.sweeper);
    clearInterval(this.watcher);
    clearInterval(this.pruner);
    await this.wakeUps.stop(this.service);
  }

  /** Takes whatever is due for the key until nothing is left. Never throws. */
  async handleKey(key: string): Promise<void> {
    let limit = MAX_BATCH;
    for (;;) {
      const progress: { current?: Claimed; done: number } = { done: 0 };
      const started = performance.now();
      try {
        const count = await this.database.transaction(EVERY_ACCOUNT, async (tx) => {
          const claimed = await tx.query<Claimed>(CLAIM, [this.service, key, limit]);
          for (const row of claimed) {
            // One key may name threads of several accounts.
            if (row.account_id !== progress.current?.account_id) tx.asDesk(row.account_id);
            progress.current = row;
            await this.handleOne(row, tx);
            progress.done += 1;
          }
          return claimed.length;
        });
        if (count > 0) busMetrics.handled(this.service, count, performance.now() - started);
        if (count < limit) return;
        limit = MAX_BATCH;
      } catch (error) {
        if (!progress.current) {
          this.logger.warn({ error: String(error), key }, 'could not claim events; the sweeper comes back to them');
          return;
        }
        // Up to the one that failed; when all were handled and the commit itself failed, ever fewer.
        if (progress.done > 0 && limit > 1) limit = Math.min(progress.done, limit - 1);
        else if (!(await this.recordFailure(progress.current, key, error))) return;
      }
    }
  }

  private async handleOne(row: Claimed, tx: Tx): Promise<void> {
    const known = this.handlers.get(`${row.name}@${row.version}`);
    if (!known) throw new UnknownVersion(row);
    const event = parseEvent(known.type, row.payload);
    const delivery = { accountId: row.account_id, eventSeq: row.event_seq, isReplay: row.is_replay };
    const work = () => known.handle(event as never, tx, delivery);
    await runInContext({ correlationId: row.correlation_id ?? randomUUID() }, work);
  }

  /** True when the key may go on at once: its failed event is out of the way. */
  private async recordFailure(row: Claimed, key: string, error: unknown): Promise<boolean> {
    // Faults of the moment count no attempt.
    if (isPassing(error)) {
      this.wakeUps.wake(this.service, key, new Date(Date.now() + 300 + Math.random() * 700));
      return false;
    }
    const attempts = row.attempts + 1;
    const backoffMs = BACKOFF_MS[row.attempts];
    const isFinal = error instanceof Park || error instanceof TypeError || (backoffMs === undefined && !(error instanceof UnknownVersion));
    const delayMs = error instanceof UnknownVersion ? 60_000 : (backoffMs ?? 0) * (0.8 + Math.random() * 0.4);
    const code = error instanceof Park ? error.code : error instanceof Problem ? error.code : 'processing_failed';
    const detail = error instanceof Error ? error.message.slice(0, 2_000) : String(error);
    try {
      await this.database.query(
        EVERY_ACCOUNT,
        `UPDATE bus.dispatch SET attempts = $2, error_code = $3, error_detail = $4, due_at = now() + $5 * interval '1 ms',
           quarantined_at = CASE WHEN $6 THEN now() END WHERE id = $1`,
        [row.id, attempts, code, detail, delayMs, isFinal],
      );
    } catch (failure) {
      this.logger.warn({ error: String(failure) }, 'could not note a failed event; the sweeper comes back to it');
      return false;
    }
    const fields = {
      event: row.name,
      eventSeq: row.event_seq,
      attempts,
      code,
      error: error instanceof Error ? error.stack : String(error),
    };
    if (isFinal) this.logger[error instanceof Park ? 'info' : 'error'](fields, 'event quarantined');
    else {
      this.logger.warn(fields, 'event failed, will be tried again');
      this.wakeUps.wake(this.service, key, new Date(Date.now() + delayMs));
    }
    return isFinal;
  }

  private async backlog(): Promise<Backlog> {
    const row = await this.database.queryOne<{ due: string; quarantined: string; oldest: string }>(EVERY_ACCOUNT, BACKLOG, [this.service]);
    return { due: Number(row?.due), quarantined: Number(row?.quarantined), oldestSeconds: Number(row?.oldest) };
  }

  private async prune(): Promise<void> {
    await this.database
      .query(EVERY_ACCOUNT, PRUNE)
      .catch((error: unknown) => this.logger.warn({ error: String(error) }, 'could not prune old events'));
  }

  /** Re-finds what no wake-up reached: lost jobs, a flushed Redis, a killed process. Handled here and now, so it needs no Redis. */
  private async sweep(olderThan: string): Promise<void> {
    try {
      const rows = await this.database.query<{ key: string }>(EVERY_ACCOUNT, SWEEP, [this.service, olderThan]);
      const keys = [...new Set(rows.map((row) => row.key))];
      const takeNext = async (): Promise<void> => {
        for (let key = keys.shift(); key !== undefined; key = keys.shift()) await this.handleKey(key);
      };
      await Promise.all(Array.from({ length: Math.min(4, this.concurrency) }, takeNext));
      if (rows.length === 500) await this.sweep(olderThan);
    } catch (error) {
      this.logger.warn({ error: String(error) }, 'sweep failed');
    }
  }
}

class UnknownVersion extends Error {
  constructor(row: Claimed) {
    super(`no handler for ${row.name} version ${row.version}: waiting for a newer worker`);
  }
}
