import { createHash } from 'node:crypto';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { conflict, currentContext, invalidField, Problem, problemDocument, RpcClient } from '@helpdesk/platform';
import type { FastifyReply } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { isMultipart, readUpload } from '../attachments/read-upload.js';
import type { DeskRequest, Principal } from '../auth/principal.js';
import { asProblem } from '../problems/problem.filter.js';
import { StoredProblem } from '../problems/stored-problem.js';
import { checkStillVisible } from './repeated-access.js';
import { IdempotencyRepository } from './idempotency.repository.js';

const POINTER = '/headers/Idempotency-Key';
/** Refusals of the moment: repeating the request is what they ask for. */
const PASSING = new Set([408, 429]);

/**
 * Idempotency-Key on every POST: the same key and body give the first answer again for 24 h, refusals included. The id of what is created is
 * reserved first, so a request repeated after a crash creates the same thing.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly keys: IdempotencyRepository,
    private readonly rpc: RpcClient,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<DeskRequest>();
    const key = request.headers['idempotency-key'];
    const { principal } = request;
    if (request.method !== 'POST' || key === undefined || !principal) return next.handle();
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key))
      throw invalidField(POINTER, 'format', 'must have 1 to 255 visible ASCII characters');
    const known = await this.keys.reserve(principal, key, await hashOf(request));
    if (known.isOtherRequest) {
      const detail = 'was used for another request';
      throw new Problem(422, 'idempotency_key_reused', 'Key used before', `This Idempotency-Key ${detail}.`, [
        { pointer: POINTER, code: 'idempotency_key_reused', detail },
      ]);
    }
    if (known.answer) {
      await checkStillVisible(this.rpc, principal, request, known.resourceId);
      if (known.answer.status >= 400) throw new StoredProblem(known.answer.body as StoredProblem['document']);
      void http.getResponse<FastifyReply>().status(known.answer.status);
      return from([known.answer.body]);
    }
    if (known.isRunning) throw conflict('idempotency_in_progress', 'The first request with this key has not ended yet.');
    request.resourceId = known.resourceId;
    return from(this.run(principal, key, http.getResponse<FastifyReply>(), next));
  }

  private async run(me: Principal, key: string, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    try {
      const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
      await this.keys.store(me, key, { status: reply.statusCode, body: body ?? null });
      return body;
    } catch (error) {
      const problem = asProblem(error);
      if (!problem || problem.status >= 500) {
        await this.keys.interrupt(me, key).catch(() => undefined);
        throw error;
      }
      if (PASSING.has(problem.status)) {
        await this.keys.release(me, key);
        throw error;
      }
      const document = problemDocument(problem, currentContext()?.correlationId ?? '');
      await this.keys.store(me, key, { status: problem.status, body: document });
      throw new StoredProblem(document);
    }
  }
}

/** What makes two requests the same: the route and the content, a file's bytes included. */
async function hashOf(request: DeskRequest): Promise<Buffer> {
  const { filename, contentType, hash } = isMultipart(request) ? await readUpload(request) : {};
  const content = hash === undefined ? request.body : { filename, contentType, hash };
  return createHash('sha256')
    .update(`${request.url}\n${JSON.stringify(content ?? null)}`)
    .digest();
}
