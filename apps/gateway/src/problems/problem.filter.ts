import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { currentContext, notFound, Problem, problemDocument, type Logger } from '@helpdesk/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { StoredProblem } from './stored-problem.js';

/** The one place where errors become answers: application/problem+json, an unknown one logged once and shown only by its id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const correlationId = currentContext()?.correlationId ?? String(request.id);
    const problem = asProblem(error);
    if (!problem && !(error instanceof StoredProblem))
      this.logger.error(
        { correlationId, route: request.routeOptions?.url, error: error instanceof Error ? error.stack : String(error) },
        'request failed',
      );
    const document = error instanceof StoredProblem ? error.document : problemDocument(problem ?? error, correlationId);
    for (const [name, value] of Object.entries(problem?.headers ?? {})) void reply.header(name, value);
    void reply.status(document.status).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(document));
  }
}

/** Framework errors in our own terms; undefined for what nobody expected. */
export function asProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (status === 404) return notFound();
  if (status === 413 || code === 'FST_ERR_CTP_BODY_TOO_LARGE' || code === 'FST_REQ_FILE_TOO_LARGE')
    return new Problem(413, 'too_large', 'Too large', 'The request is larger than allowed here.');
  if (status === 415) return new Problem(415, 'unsupported_type', 'Unsupported content type', 'Send application/json.');
  if (status && status >= 400 && status < 500) return new Problem(status, 'bad_request', 'Bad request', (error as Error).message);
  return undefined;
}
