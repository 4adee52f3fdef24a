import { readFile } from 'node:fs/promises';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ListOutbox, ListSystemMail } from '@helpdesk/contracts';
import { notFound, readiness, RpcClient, type Runtime } from '@helpdesk/platform';
import type { FastifyReply } from 'fastify';
import { register } from 'prom-client';
import { Access, Me } from '../auth/access.decorator.js';
import { actorFor, type DeskRequest, type Principal } from '../auth/principal.js';
import { RUNTIME } from '../tokens.js';
import { GatewayHealth } from './gateway-health.js';

@ApiExcludeController()
@Controller()
export class HealthController {
  constructor(private readonly health: GatewayHealth) {}

  @Get('health/live')
  @Access('public')
  live() {
    return { status: 'up' };
  }

  @Get('health/ready')
  @Access('public')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await readiness(this.health);
    await reply.status(report.status === 'ready' ? 200 : 503).send(report);
  }

  @Get('metrics')
  @Access('public')
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', register.contentType).send(await register.metrics());
  }
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

@ApiExcludeController()
@Controller('dev')
export class DevController {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly rpc: RpcClient,
  ) {}

  /** The processes of the cluster launcher: only there, only from this machine. */
  @Get('processes')
  @Access('public')
  async processes(@Req() request: DeskRequest) {
    const table = this.runtime.config.PROCESS_TABLE;
    if (!table || !LOOPBACK.has(request.ip)) throw notFound();
    return { items: JSON.parse(await readFile(table, 'utf8')) as unknown };
  }

  /** Mail that was kept because no relay is set. */
  @Get('outbox')
  @Access('super_admin')
  async outbox(
    @Me() me: Principal,
    @Query('limit') limit: string | undefined,
    @Req() request: DeskRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const page = { limit: Math.min(Number(limit) || 50, 200) };
    const kept = await Promise.all([ListOutbox, ListSystemMail].map((pattern) => this.rpc.call(pattern, actorFor(me), page)));
    const newestFirst = kept.flatMap(({ items }) => items).toSorted((a, b) => b.sentAt.localeCompare(a.sentAt));
    const list = { items: newestFirst.slice(0, page.limit) };
    if (!request.headers.accept?.includes('text/html')) return void (await reply.send(list));
    const mails = list.items.map(
      (m) => `<h2>${escape(m.subject)}</h2><p>${escape(m.sentAt)} · to ${escape(m.to.join(', '))}</p><pre>${escape(m.text ?? m.raw)}</pre>`,
    );
    const empty = '<p>Nothing yet. Mail is kept here while SMTP_URL is not set.</p>';
    const head =
      '<!doctype html><html lang="en"><meta charset="utf-8"><title>Outbox</title><link rel="stylesheet" href="/assets/desk.css"><main><h1>Outbox</h1>';
    await reply.header('content-type', 'text/html; charset=utf-8').send(`${head}${mails.join('<hr>') || empty}</main></html>`);
  }
}
