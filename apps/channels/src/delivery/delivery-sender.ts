import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { DeliveryChanged, type DeliverMessage } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { Database, EVERY_ACCOUNT, type Runtime } from '@helpdesk/platform';
import { RUNTIME } from '../tokens.js';
import { ChannelSenders } from './channel-senders.js';
import { LostLease, type SendOutcome } from './send-outcome.js';

interface Claimed {
  message_id: string;
  attempt: number;
  account_id: string;
  channel_id: string;
  payload: DeliverMessage;
  tries: number;
  fence: number;
}

/** A worker that says nothing for this long has lost its delivery; a living one renews it. */
const LEASE_MS = 30_000;
const RENEW_MS = 8_000;
const POLL_MS = 1_000;
const PARALLEL = 4;
/** A second apart; then the row stays as it is and its lease runs out. */
const RECORD_TRIES = 10;
/** Delays before tries 2, 3, …, in ms. After the last a message ends visibly as failed, within ten minutes; people may retry it. */
const BACKOFF_MS = [2_000, 8_000, 30_000, 90_000, 240_000];

/** Takes one due delivery. One whose lease ran out before DATA goes out again; after DATA began nobody can know, see `recover`. */
const CLAIM = `
  UPDATE channels.delivery SET state = 'connecting', fence = fence + 1, tries = tries + 1, lease_until = now() + $1 * interval '1 ms'
  WHERE (account_id, message_id, attempt) = (
    SELECT account_id, message_id, attempt FROM channels.delivery
    WHERE due_at <= now() AND (state = 'waiting' OR (state = 'connecting' AND lease_until < now()))
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING message_id, attempt, account_id, channel_id, payload, tries, fence`;

/** Sends what is due, each by one worker at a time; every step of a delivery is committed before it is taken. */
@Injectable()
export class DeliverySender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private readonly running = new Set<Promise<void>>();
  private isStopping = false;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly bus: MessageBus,
    private readonly senders: ChannelSenders,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      void this.recover();
      this.kick();
    }, POLL_MS);
    this.kick();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await Promise.all(this.running);
  }

  /** Looks for due deliveries now. */
  kick(): void {
    if (this.isStopping || this.running.size >= PARALLEL) return;
    const work: Promise<void> = this.drain().finally(() => this.running.delete(work));
    this.running.add(work);
  }

  private async drain(): Promise<void> {
    try {
      while (!this.isStopping) {
        const claimed = await this.database.queryOne<Claimed>(EVERY_ACCOUNT, CLAIM, [LEASE_MS]);
        if (!claimed) return;
        if (this.running.size < PARALLEL) this.kick();
        await this.deliver(claimed);
      }
    } catch (error) {
      this.runtime.logger.warn({ error: String(error) }, 'could not take a delivery, will look again');
    }
  }

  private async deliver(claimed: Claimed): Promise<void> {
    const renewal = setInterval(() => void this.renew(claimed), RENEW_MS);
    try {
      const outcome = await this.trySend(claimed);
      if (outcome) await this.record(claimed, outcome);
    } finally {
      clearInterval(renewal);
    }
  }

  /** Null when the delivery is somebody else's by now. */
  private async trySend(claimed: Claimed): Promise<SendOutcome | null> {
    try {
      return await this.senders.send(claimed.payload, claimed.account_id, () => this.markSending(claimed));
    } catch (error) {
      if (error instanceof LostLease) return null;
      const detail = error instanceof Error ? error.message : String(error);
      this.runtime.logger.warn({ messageId: claimed.message_id, error: detail }, 'delivery failed unexpectedly');
      return { kind: 'retry', detail };
    }
  }

  /** What happened stays what happened while it cannot be written down: a mail that was sent is never tried again for that. */
  private async record(claimed: Claimed, outcome: SendOutcome): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.finish(claimed, outcome);
      } catch (error) {
        if (tries === RECORD_TRIES) throw error;
        await sleep(1_000);
      }
    }
  }

  private async renew({ account_id, message_id, attempt, fence }: Claimed): Promise<void> {
    await this.database
      .query(
        account_id,
        "UPDATE channels.delivery SET lease_until = now() + $4 * interval '1 ms' WHERE account_id = $5 AND message_id = $1 AND attempt = $2 AND fence = $3 AND lease_until > now()",
        [message_id, attempt, fence, LEASE_MS, account_id],
      )
      .catch((error: unknown) => this.runtime.logger.debug({ error: String(error) }, 'could not renew a delivery'));
  }

  /** Committed before the message's bytes leave: whoever finds this state after a crash knows that they may have arrived. */
  private async markSending(claimed: Claimed): Promise<void> {
    const rows = await this.database.query(
      claimed.account_id,
      "UPDATE channels.delivery SET state = 'sending' WHERE account_id = $4 AND message_id = $1 AND attempt = $2 AND fence = $3 AND lease_until > now() RETURNING 1",
      [claimed.message_id, claimed.attempt, claimed.fence, claimed.account_id],
    );
    if (rows.length === 0) throw new LostLease();
  }

  private async finish(claimed: Claimed, outcome: SendOutcome): Promise<void> {
    const backoffMs = outcome.kind === 'retry' ? BACKOFF_MS[claimed.tries - 1] : undefined;
    const willRetry = outcome.kind === 'retry' && backoffMs !== undefined;
    const final = outcome.kind === 'retry' ? 'failed' : outcome.kind;
    const state = willRetry ? 'waiting' : final;
    const delayMs = (backoffMs ?? 0) * (0.8 + Math.random() * 0.4);
    const providerId = outcome.kind === 'sent' ? outcome.providerId : null;
    await this.database.transaction(claimed.account_id, async (tx) => {
      const rows = await tx.query(
        `UPDATE channels.delivery SET state = $4, detail = $5, provider_id = $6, lease_until = NULL, due_at = now() + $7 * interval '1 ms',
           done_at = CASE WHEN $8 THEN now() END
         WHERE account_id = $9 AND message_id = $1 AND attempt = $2 AND fence = $3 AND state IN ('connecting', 'sending') RETURNING 1`,
        [claimed.message_id, claimed.attempt, claimed.fence, state, outcome.detail, providerId, delayMs, !willRetry, claimed.account_id],
      );
      if (rows.length === 0 || state === 'handed_over') return;
      await this.bus.publish(
        tx,
        claimed.account_id,
        this.changed(claimed, willRetry ? 'queued' : (final as DeliveryChanged['state']), outcome.detail, providerId),
      );
    });
  }

  /** Deliveries whose worker died after DATA began: they may or may not have arrived, so they are shown, never sent again unasked. */
  private async recover(): Promise<void> {
    try {
      await this.database.transaction(EVERY_ACCOUNT, async (tx) => {
        const rows = await tx.query<Claimed>(
          `UPDATE channels.delivery SET state = 'unconfirmed', lease_until = NULL, done_at = now(), fence = fence + 1,
             detail = 'The connection was lost while the mail was being handed over.'
           WHERE (account_id, message_id, attempt) IN (
             SELECT account_id, message_id, attempt FROM channels.delivery WHERE state = 'sending' AND lease_until < now() LIMIT 50 FOR UPDATE SKIP LOCKED)
           RETURNING message_id, attempt, account_id`,
        );
        for (const row of rows) {
          await this.bus.publish(
            tx,
            row.account_id,
            this.changed(row, 'unconfirmed', 'The connection was lost while the mail was being handed over.', null),
          );
        }
      });
    } catch (error) {
      this.runtime.logger.debug({ error: String(error) }, 'could not look for lost deliveries');
    }
  }

  private changed(
    row: Pick<Claimed, 'message_id' | 'attempt'>,
    state: DeliveryChanged['state'],
    detail: string | null,
    providerId: string | null,
  ): DeliveryChanged {
    return new DeliveryChanged({
      messageId: row.message_id,
      state,
      attempt: row.attempt,
      detail,
      providerId,
      at: new Date().toISOString(),
    });
  }
}
