import { readFileSync } from 'node:fs';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { notFound } from '@helpdesk/platform';
import type { FastifyReply } from 'fastify';
import { AccountsService } from '../accounts/accounts.service.js';
import { Access } from '../auth/access.decorator.js';

const asset = (name: string) => readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');
const TYPES: Record<string, string> = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' };
const ASSETS = new Map(['desk.css', 'desk.js', 'dom.js', 'sign-in.js', 'texts.js'].map((name) => [name, asset(name)]));

/** The small page of the start: first account, sign-in, passwords, tickets. The workspace will take its place. */
@ApiExcludeController()
@Controller()
export class PagesController {
  private readonly page = asset('index.html');

  constructor(private readonly accounts: AccountsService) {}

  @Get(['', 'password/:token', 't/:view', 't/:view/:id'])
  @Access('public')
  async index(@Res() reply: FastifyReply): Promise<void> {
    const state = (await this.accounts.hasAccount()) ? 'ready' : 'first-run';
    await reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(this.page.replace('data-state=""', `data-state="${state}"`));
  }

  @Get('assets/:name')
  @Access('public')
  async file(@Param('name') name: string, @Res() reply: FastifyReply): Promise<void> {
    const content = ASSETS.get(name);
    if (content === undefined) throw notFound();
    await reply
      .header('content-type', TYPES[name.split('.').pop() ?? ''] ?? 'text/plain')
      .header('cache-control', 'no-cache')
      .send(content);
  }
}
