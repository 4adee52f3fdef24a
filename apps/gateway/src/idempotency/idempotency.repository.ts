import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Database, EVERY_ACCOUNT, newId, type Runtime } from '@helpdesk/platform';
import type { Principal } from '../auth/principal.js';
import { RUNTIME } from '../tokens.js';

export interface StoredAnswer {
  status: number;
  body: unknown;
}

export interface KnownKey {
  /** What the request creates gets this id, however often it is repeated. */
  resourceId: string;
  isOtherRequest: boolean;
  isRunning: boolean;
  answer: StoredAnswer | undefined;
}

interface Row {
  is_new: boolean;
  request_hash: Buffer;
  resource_id: string;
  status: number | null;
  response: string | null;
  is_running: boolean;
}

/** A request that has not answered for this long has died; the next with its key goes on with its resource id. */
const RUNNING = '30 seconds';
const KEPT = '24 hours';
const MAX_WAIT_MS = 5_000;
const POLL_MS = 50;
const PRUNE_EVERY_MS = 60_000;

const RESERVE = `
  WITH made AS (
    INSERT INTO gateway.idempotency AS i (account_id, user_id, key, request_hash, resource_id) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (account_id, user_id, key) DO UPDATE
      SET request_hash = excluded.request_hash, resource_id = excluded.resource_id, status = NULL, response = NULL, created_at = now()
      WHERE i.created_at < now() - interval '${KEPT}'
    RETURNING resource_id
  )
  SELECT true AS is_new, $4::bytea AS request_hash, resource_id, NULL::int AS status, NULL::text AS response, false AS is_running FROM made
  UNION ALL
  SELECT false, request_hash, resource_id, status, response #>> '{}', status IS NULL AND created_at > now() - interval '${RUNNING}'
  FROM gateway.idempotency WHERE account_id = $1 AND user_id = $2 AND key = $3 AND NOT EXISTS (SELECT 1 FROM made)`;

@Injectable()
export class IdempotencyRepository {
  private prunedAt = 0;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
  ) {}

  /** Takes the key, or tells what is known of it. Concurrent requests with one key wait for each other a moment. */
  async reserve(me: Principal, key: string, hash: Buffer): Promise<KnownKey> {
    await this.prune();
    for (let waitedMs = 0; ; waitedMs += POLL_MS) {
      const row = await this.database.queryOne<Row>(me.accountId, RESERVE, [me.accountId, me.userId, key, hash, newId()]);
      // None: the row was made by another request after this statement's snapshot was taken.
      if (row) {
        const isOtherRequest = !Buffer.from(row.request_hash).equals(hash);
        if (!row.is_running || isOtherRequest || waitedMs >= MAX_WAIT_MS) return this.toKnown(me, key, row, isOtherRequest);
      }
      await sleep(POLL_MS);
    }
  }

  async store(me: Principal, key: string, { status, body }: StoredAnswer): Promise<void> {
    await this.database.query(
      me.accountId,
      'UPDATE gateway.idempotency SET status = $4, response = $5 WHERE account_id = $1 AND user_id = $2 AND key = $3',
      [
        me.accountId,
        me.userId,
        key,
        status,
        // Sealed: answers hold keys and secrets that are shown once and kept nowhere else but as hashes.
        JSON.stringify(this.runtime.keys.encrypt(JSON.stringify(body), placeOf(me, key))),
      ],
    );
  }

  /** The request ended without an answer that holds: the next with its key goes on at once, with the same resource id. */
  async interrupt(me: Principal, key: string): Promise<void> {
    await this.database.query(
      me.accountId,
      `UPDATE gateway.idempotency SET created_at = created_at - interval '${RUNNING}' WHERE account_id = $1 AND user_id = $2 AND key = $3`,
      [me.accountId, me.userId, key],
    );
  }

  /** The key may be used again at once. */
  async release(me: Principal, key: string): Promise<void> {
    await this.database.query(me.accountId, 'DELETE FROM gateway.idempotency WHERE account_id = $1 AND user_id = $2 AND key = $3', [
      me.accountId,
      me.userId,
      key,
    ]);
  }

  private toKnown(me: Principal, key: string, row: Row, isOtherRequest: boolean): KnownKey {
    const isAnswered = row.status !== null && row.response !== null && !isOtherRequest;
    const body = isAnswered ? (JSON.parse(this.runtime.keys.decrypt(row.response ?? '', placeOf(me, key))) as unknown) : undefined;
    return {
      resourceId: row.resource_id,
      isOtherRequest,
      isRunning: row.is_running,
      answer: isAnswered ? { status: row.status ?? 0, body } : undefined,
    };
  }

  private async prune(): Promise<void> {
    if (Date.now() - this.prunedAt < PRUNE_EVERY_MS) return;
    this.prunedAt = Date.now();
    await this.database.query(EVERY_ACCOUNT, `DELETE FROM gateway.idempotency WHERE created_at < now() - interval '${KEPT}'`);
  }
}

const placeOf = (me: Principal, key: string) => `idempotency/${me.accountId}/${me.userId}/${key}`;
