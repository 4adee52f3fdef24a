import { createServer, type Server } from 'node:http';
import { register } from 'prom-client';

export interface Health {
  /** Name of the check → true, or what is wrong. */
  check(): Promise<Record<string, true | string>>;
}

/** Answers /metrics, /health/live and /health/ready for a service without public HTTP (METRICS_PORT). */
export function startProbeServer(port: number, health: Health): Server {
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string) => response.writeHead(status, { 'content-type': type }).end(body);
    const answer = async () => {
      if (request.url === '/metrics') return send(200, register.contentType, await register.metrics());
      if (request.url === '/health/live') return send(200, 'application/json', '{"status":"up"}');
      if (request.url !== '/health/ready') return send(404, 'application/json', '{}');
      const report = await readiness(health);
      return send(report.status === 'ready' ? 200 : 503, 'application/json', JSON.stringify(report));
    };
    answer().catch(() => send(500, 'application/json', '{}'));
  });
  return server.listen(port);
}

export async function readiness(health: Health): Promise<{ status: 'ready' | 'not_ready'; checks: Record<string, true | string> }> {
  const checks = await health.check().catch((error: unknown) => ({ health: String(error) }) as Record<string, true | string>);
  return { status: Object.values(checks).every((result) => result === true) ? 'ready' : 'not_ready', checks };
}
