import { allDefinitions, assertValid, definitionOf, RecordAudit, type ServiceName } from '@helpdesk/contracts';
import { currentContext, newId, type Tx } from '@helpdesk/platform';
import type { WakeUps } from './wake-ups/wake-ups.js';

export interface PublishOptions {
  /** Not before this time: scheduled sends, timers. */
  dueAt?: Date;
  /** A subset of the definition's consumers, where the publisher knows that the others have nothing to do. */
  only?: ServiceName[];
}

/** Who changed something. */
export interface AuditActor {
  userId: string;
  name: string;
}

export interface AuditEntry {
  /** `noun.verbed` */
  action: string;
  /** `ticket/<id>`, `channel/<id>`, … */
  subject: string;
  old?: unknown;
  new?: unknown;
}

const PUBLISH = `
  WITH e AS (
    INSERT INTO bus.event (account_id, name, version, key, payload, correlation_id) VALUES ($1, $2, $3, $4, $5, $6) RETURNING seq
  )
  INSERT INTO bus.dispatch (consumer, key, event_seq, account_id, due_at)
  SELECT c, $4, e.seq, $1, coalesce($7, now()) FROM e, unnest($8::text[]) c`;

const consumersOf = (name: string) => [
  ...new Set([...allDefinitions().values()].filter((known) => known.name === name).flatMap(({ consumers }) => consumers)),
];

/** Publishing: one row in the log and one per consumer, in the transaction of the change itself; the wake-up follows the commit. */
export class MessageBus {
  constructor(private readonly wakeUps: WakeUps) {}

  /** Rejects when a field of the event is wrong; the transaction is then lost, as it should be. */
  async publish(tx: Tx, accountId: string, event: object, options: PublishOptions = {}): Promise<void> {
    const definition = definitionOf(event);
    assertValid(event);
    const consumers = options.only ?? definition.consumers;
    const key = String((event as Record<string, unknown>)[definition.key]);
    if (consumers.length === 0) return;
    const sent = tx.query(PUBLISH, [
      accountId,
      definition.name,
      definition.version,
      key,
      JSON.stringify(event),
      currentContext()?.correlationId ?? null,
      options.dueAt ?? null,
      consumers,
    ]);
    tx.onCommit(() => {
      for (const consumer of consumers) this.wakeUps.wake(consumer, key, options.dueAt);
    });
    await sent;
  }

  /**
   * Takes back what was published with a later `dueAt` and has not been taken yet: the events of `name` under one of these keys whose payload's
   * value at `path` is `value`. Gives the number withdrawn; 0 means it is too late.
   */
  async withdraw(tx: Tx, name: string, keys: string[], path: string[], value: string): Promise<number> {
    const rows = await tx.query(
      `DELETE FROM bus.dispatch d USING bus.event e
       WHERE d.event_seq = e.seq AND d.consumer = ANY ($1) AND d.key = ANY ($2) AND d.quarantined_at IS NULL AND d.due_at > now() AND e.name = $3
         AND e.payload #>> $4::text[] = $5 RETURNING d.id`,
      [consumersOf(name), keys, name, path, value],
    );
    return rows.length;
  }

  /** A line for the audit log, in the transaction of the change. Nobody: the desk itself at work, which is not audited. */
  async audit(tx: Tx, accountId: string, by: AuditActor | null, entry: AuditEntry): Promise<void> {
    if (!by) return;
    const line = { id: newId(), actorId: by.userId, actorName: by.name, at: new Date().toISOString() };
    await this.publish(
      tx,
      accountId,
      new RecordAudit({ ...line, action: entry.action, subject: entry.subject, old: entry.old, new: entry.new }),
    );
  }

  /** Lets a quarantined row be taken again. False when there is none such in this account. */
  async replay(tx: Tx, accountId: string, dispatchId: string): Promise<boolean> {
    const row = await tx.queryOne<{ consumer: ServiceName; key: string }>(
      `UPDATE bus.dispatch SET quarantined_at = NULL, attempts = 0, is_replay = true, due_at = now(), swept_at = NULL
       WHERE id = $1 AND account_id = $2 AND quarantined_at IS NOT NULL RETURNING consumer, key`,
      [dispatchId, accountId],
    );
    if (row) tx.onCommit(() => this.wakeUps.wake(row.consumer, row.key));
    return row !== undefined;
  }
}
