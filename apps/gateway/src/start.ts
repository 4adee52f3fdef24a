import cookie from '@fastify/cookie';
import multipart from '@fastify/multipart';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServiceName } from '@helpdesk/contracts';
import { nestLogger, newId, Problem, problemDocument, RpcClient, runInContext, type Runtime } from '@helpdesk/platform';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { GatewayModule } from './gateway.module.js';
import { observeRequest } from './health/http-metrics.js';
import { LiveServer } from './live/live-server.js';
import { serveOpenApi } from './openapi/openapi.js';
import { isSafe, routeOf } from './auth/principal.js';
import { RecentPrincipals } from './auth/recent-principals.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { RequestValidation } from './problems/validation.js';

const BODY_BYTES = 1024 * 1024;
const ENVELOPE_BYTES = 40 * 1024 * 1024;
const UPLOAD_BYTES = 25 * 1024 * 1024;
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const PAGE_CSP =
  "default-src 'self'; img-src 'self' data:; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/** Swagger UI styles its elements in place. */
const DOCS_CSP = `${PAGE_CSP}; style-src 'self' 'unsafe-inline'`;
const ENVELOPE_ROUTE = '/api/v1/ingest/:channelId';

export interface StartedGateway {
  app: NestFastifyApplication;
  url: string;
  close(): Promise<void>;
}

/** Starts the public HTTP API. `addresses`: where each service answers. */
export async function startGateway(
  runtime: Runtime,
  addresses: Partial<Record<ServiceName, string>>,
  { port }: { port: number },
): Promise<StartedGateway> {
  const server = fastify({
    bodyLimit: BODY_BYTES,
    genReqId: () => newId(),
    routerOptions: { maxParamLength: 2000 },
    forceCloseConnections: 'idle',
    // Before any route is found: an address that cannot be decoded.
    frameworkErrors: (error, request, reply) => refuseAddress(error.statusCode ?? 400, request.id, reply as unknown as FastifyReply),
  });
  prepare(server);
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.forRuntime(runtime, addresses),
    new FastifyAdapter(server as never),
    {
      logger: nestLogger(runtime.logger),
      bodyParser: false,
      abortOnError: false,
    },
  );
  await app.register(cookie as never);
  await app.register(multipart as never, { limits: { fileSize: UPLOAD_BYTES, files: 1, fields: 5 }, throwFileSizeLimit: true });
  app.useGlobalFilters(new ProblemFilter(runtime.logger));
  app.useGlobalPipes(new RequestValidation());
  serveOpenApi(app);
  app.get(LiveServer).attach(server.server);
  const recent = app.get(RecentPrincipals);
  server.addHook('onSend', (request, _reply, payload, done) => {
    // Before its answer is out: whoever has it finds the change.
    if (!isSafe(request)) recent.forget();
    done(null, payload);
  });
  await app.listen(port, '0.0.0.0');
  const address = server.server.address();
  const boundPort = typeof address === 'object' && address ? address.port : port;
  const rpc = app.get(RpcClient);
  const close = async () => {
    // A connection whose last answer is out becomes idle; without this it would stay open until its keep-alive ends.
    const sweep = setInterval(() => server.server.closeIdleConnections(), 100);
    await app.close().finally(() => clearInterval(sweep));
    await rpc.close();
  };
  return { app, url: `http://localhost:${boundPort}`, close };
}

function refuseAddress(status: number, id: string, reply: FastifyReply): void {
  const problem = new Problem(status, 'bad_request', 'Bad request', 'The address of the request is malformed.');
  void reply
    .status(status)
    .header('content-type', PROBLEM_TYPE)
    .send(JSON.stringify(problemDocument(problem, id)));
}

function prepare(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    route.bodyLimit = route.url.startsWith('/api/v1/ingest/') ? ENVELOPE_BYTES : BODY_BYTES;
  });
  server.addHook('onRequest', (request, reply, done) => {
    const given = request.headers['x-request-id'];
    const correlationId = typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : String(request.id);
    void reply.header('x-request-id', correlationId).header('x-content-type-options', 'nosniff').header('referrer-policy', 'same-origin');
    if (request.is404 || routeOf(request).startsWith('/api/')) void reply.header('cache-control', 'private, no-store');
    runInContext({ correlationId }, done);
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    if (!reply.hasHeader('x-frame-options')) void reply.header('x-frame-options', 'DENY');
    if (!reply.hasHeader('content-security-policy')) {
      void reply.header('content-security-policy', routeOf(request).startsWith('/api/docs') ? DOCS_CSP : PAGE_CSP);
    }
    done(null, payload);
  });
  server.addHook('onResponse', (request, reply, done) => {
    observeRequest(request, reply);
    done();
  });
  // A page of another site may send text/plain without asking first.
  server.removeContentTypeParser('text/plain');
  // Envelopes are kept to the letter and read by the channels service; every other body is JSON without prototype tricks.
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (routeOf(request) === ENVELOPE_ROUTE) return done(null, body);
    if (body === '') return done(null, undefined);
    return parseJson(request, body as string, done);
  });
}
