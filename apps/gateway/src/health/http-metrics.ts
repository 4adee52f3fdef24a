import type { FastifyReply, FastifyRequest } from 'fastify';
import { Histogram, register } from 'prom-client';

const NAME = 'http_request_duration_seconds';

/** By route pattern, never by address: ids would make a series each. */
function histogram(): Histogram<'method' | 'route' | 'status'> {
  const known = register.getSingleMetric(NAME) as Histogram<'method' | 'route' | 'status'> | undefined;
  return (
    known ??
    new Histogram({
      name: NAME,
      help: 'Time from the first byte of a request to the last byte of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    })
  );
}

export function observeRequest(request: FastifyRequest, reply: FastifyReply): void {
  const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) };
  histogram().observe(labels, reply.elapsedTime / 1000);
}
