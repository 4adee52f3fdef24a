import type { FastifyReply, FastifyRequest } from 'fastify';
import { Histogram } from 'prom-client';

/** By route pattern, never by address: ids would make a series each. */
const duration = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Time from the first byte of a request to the last byte of its answer',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
});

export function observeRequest(request: FastifyRequest, reply: FastifyReply): void {
  const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) };
  duration.observe(labels, reply.elapsedTime / 1000);
}
