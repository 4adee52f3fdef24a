import { createHash } from 'node:crypto';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { conflict, Database, invalidField, newId, Problem } from '@helpdesk/platform';
import type { FastifyReply } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { DeskRequest, Principal } from '../auth/principal.js';

interface Row {
  request_hash: Buffer;
  resource_id: string;
  status: number | null;
  response: unknown;
  is_running: boolean;
}

/** A request that has not answered for this long has died; the next with its key goes on with its resource id. */
const RUNNING = '30 seconds';

/**
 * Idempotency-Key on every POST: the same key and body give the first answer again for 24 h. The id of what is created is reserved first,
 * so a request repeated after a crash creates the same thing.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly database: Database) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<DeskRequest>();
    const key = request.headers['idempotency-key'];
    const { principal } = request;
    if (request.method !== 'POST' || key === undefined || !principal) return next.handle();
    if (typeof key !== 'string' || key.length === 0 || key.length > 255)
      throw invalidField('/headers/Idempotency-Key', 'length', 'must have 1 to 255 characters');
    const hash = createHash('sha256')
      .update(`${request.url}\n${JSON.stringify(request.body ?? null)}`)
      .digest();
    const known = await this.reserve(principal, key, hash);
    if (known && !Buffer.from(known.request_hash).equals(hash)) {
      throw new Problem(422, 'idempotency_key_reused', 'Key used before', 'This Idempotency-Key was used for another request.', [
        { pointer: '/headers/Idempotency-Key', code: 'idempotency_key_reused', detail: 'was used for another request' },
      ]);
    }
    if (known?.status) {
      void http.getResponse<FastifyReply>().status(known.status);
      return from([known.response]);
    }
    if (known?.is_running) throw conflict('idempotency_in_progress', 'The first request with this key has not ended yet.');
    request.resourceId = known?.resource_id ?? request.resourceId;
    return from(this.run(principal, key, http.getResponse<FastifyReply>(), next));
  }

  private async run(me: Principal, key: string, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    try {
      const response: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
      await this.database.query(
        'UPDATE gateway.idempotency SET status = $4, response = $5 WHERE account_id = $1 AND user_id = $2 AND key = $3',
        [me.accountId, me.userId, key, reply.statusCode, JSON.stringify(response ?? null)],
      );
      return response;
    } catch (error) {
      // A refusal changed nothing: the key may be used again at once, with the same or another body.
      if (error instanceof Problem && error.status < 500) {
        await this.database.query('DELETE FROM gateway.idempotency WHERE account_id = $1 AND user_id = $2 AND key = $3', [
          me.accountId,
          me.userId,
          key,
        ]);
      }
      throw error;
    }
  }

  /** Undefined when the key is new and now ours; else what is known of it. Concurrent requests with one key wait for each other a moment. */
  private async reserve(me: Principal, key: string, hash: Buffer): Promise<Row | undefined> {
    await this.database.query("DELETE FROM gateway.idempotency WHERE created_at < now() - interval '24 hours'");
    for (let waited = 0; ; waited += 50) {
      const resourceId = newId();
      const row = await this.database.queryOne<Row & { is_new: boolean } & Record<string, unknown>>(
        `WITH made AS (
           INSERT INTO gateway.idempotency (account_id, user_id, key, request_hash, resource_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING resource_id
         )
         SELECT true AS is_new, $4::bytea AS request_hash, resource_id, NULL::int AS status, NULL::json AS response, false AS is_running FROM made
         UNION ALL
         SELECT false, request_hash, resource_id, status, response, status IS NULL AND created_at > now() - interval '${RUNNING}' FROM gateway.idempotency
         WHERE account_id = $1 AND user_id = $2 AND key = $3 LIMIT 1`,
        [me.accountId, me.userId, key, hash, resourceId],
      );
      if (!row) continue;
      if (row.is_new) return { ...row, is_running: false };
      if (!row.is_running || waited >= 5_000 || !Buffer.from(row.request_hash).equals(hash)) return row;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
