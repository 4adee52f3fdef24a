import { lookup } from 'node:dns/promises';
import { randomUUID } from 'node:crypto';
import { ClientProxyFactory, Transport, type ClientProxy } from '@nestjs/microservices';
import { firstValueFrom, from, timeout } from 'rxjs';
import type { ServiceName } from '@helpdesk/contracts';
import { Problem, unavailable } from '../errors/problem.js';
import type { Runtime } from '../lifecycle/runtime.js';
import { currentContext } from '../logging/request-context.js';
import { inProcess, type InProcessTransport } from './in-process-transport.js';
import { signActor, type Actor } from './call-token.js';
import type { RpcPattern } from '@helpdesk/contracts';

interface Replica {
  client: ClientProxy;
  inFlight: number;
  /** Not asked before this time, ms since the epoch: its connection just broke. */
  restUntil: number;
}

const DEADLINE_MS = 15_000;
const RESOLVE_EVERY_MS = 5_000;
const REST_MS = 1_000;

/**
 * Asks the services: in this process where they run in it, else over Nest's TCP transport. There one connection per replica, the least busy
 * first; reads are repeated elsewhere when one breaks.
 */
export class RpcClient {
  private readonly pools = new Map<ServiceName, Map<string, Replica>>();
  private readonly resolvedAt = new Map<ServiceName, number>();

  constructor(
    private readonly runtime: Runtime,
    /** Where each service answers, host:port separated by commas. */
    private readonly addresses: Partial<Record<ServiceName, string>>,
  ) {}

  async call<Args, Answer>(pattern: RpcPattern<Args, Answer>, actor: Actor, args: Args): Promise<Answer> {
    const wire = {
      token: signActor(this.runtime.keys, actor, pattern.service),
      correlationId: currentContext()?.correlationId ?? randomUUID(),
      args,
    };
    const local = inProcess(pattern.service);
    if (local) return this.ask<Answer>(local, pattern.name, wire);
    for (let attempt = 1; ; attempt += 1) {
      const replica = await this.pick(pattern.service);
      if (!replica) throw unavailable(`The service ${pattern.service} does not answer.`);
      replica.inFlight += 1;
      try {
        return await firstValueFrom(replica.client.send<Answer>(pattern.name, wire).pipe(timeout(DEADLINE_MS)));
      } catch (error) {
        const problem = asProblem(error);
        if (problem) throw problem;
        replica.restUntil = Date.now() + REST_MS;
        this.resolvedAt.delete(pattern.service);
        const mayRepeat = pattern.isRead || wasRefused(error);
        if (!mayRepeat || attempt >= 4) throw unavailable(`The service ${pattern.service} did not answer.`);
      } finally {
        replica.inFlight -= 1;
      }
    }
  }

  private async ask<Answer>(service: InProcessTransport, pattern: string, wire: object): Promise<Answer> {
    try {
      return await firstValueFrom(from(service.ask<Answer>(pattern, wire)).pipe(timeout(DEADLINE_MS)));
    } catch (error) {
      throw asProblem(error) ?? unavailable('A service did not answer.');
    }
  }

  /** True when at least one replica of the service answers on its port. */
  async isReachable(service: ServiceName): Promise<boolean> {
    if (inProcess(service)) return true;
    const replica = await this.pick(service);
    try {
      await replica?.client.connect();
      return replica !== undefined;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    for (const pool of this.pools.values()) for (const { client } of pool.values()) await client.close();
    this.pools.clear();
  }

  private async pick(service: ServiceName): Promise<Replica | undefined> {
    const pool = await this.resolve(service);
    let best: Replica | undefined;
    for (const replica of pool.values()) {
      const better =
        !best || Number(replica.restUntil > Date.now()) - Number(best.restUntil > Date.now()) || replica.inFlight - best.inFlight;
      if (better === true || (typeof better === 'number' && better < 0)) best = replica;
    }
    return best;
  }

  /** Keeps the pool equal to what the names stand for now. */
  private async resolve(service: ServiceName): Promise<Map<string, Replica>> {
    let pool = this.pools.get(service);
    if (pool && Date.now() - (this.resolvedAt.get(service) ?? 0) < RESOLVE_EVERY_MS) return pool;
    if (!pool) this.pools.set(service, (pool = new Map()));
    const wanted = new Set<string>();
    for (const entry of (this.addresses[service] ?? '').split(',').filter(Boolean)) {
      const cut = entry.lastIndexOf(':');
      const host = entry.slice(0, cut).trim();
      const found = await lookup(host, { all: true, family: 4 }).catch(() => []);
      for (const { address } of found) wanted.add(`${address}:${entry.slice(cut + 1).trim()}`);
    }
    for (const [address, replica] of pool) {
      if (wanted.has(address) || wanted.size === 0) continue;
      pool.delete(address);
      void replica.client.close();
    }
    for (const address of wanted) {
      if (pool.has(address)) continue;
      const [host, port] = address.split(':');
      const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host, port: Number(port) } });
      pool.set(address, { client, inFlight: 0, restUntil: 0 });
    }
    this.resolvedAt.set(service, Date.now());
    return pool;
  }
}

function asProblem(error: unknown): Problem | undefined {
  const e = error as Partial<Problem> | null;
  if (typeof e?.status !== 'number' || typeof e.code !== 'string') return undefined;
  if (e.status === 500) return new Problem(500, 'internal', 'Internal error', 'Something failed here. Quote the correlation id.');
  return new Problem(e.status, e.code, e.title ?? e.code, e.detail ?? e.title ?? e.code, e.errors, e.headers, e.more);
}

/** The call never reached the service. */
function wasRefused(error: unknown): boolean {
  return ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'].includes((error as { code?: string } | null)?.code ?? '');
}
