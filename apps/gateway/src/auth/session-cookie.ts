import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Problem, publicUrl, type Runtime } from '@helpdesk/platform';
import type { FastifyReply } from 'fastify';
import { RUNTIME } from '../tokens.js';
import { AuthRepository } from './auth.repository.js';
import type { DeskRequest, Principal } from './principal.js';

const SECONDS = 24 * 3600;

export const wrongCredentials = () => new Problem(401, 'wrong_credentials', 'Not signed in', 'E-mail address or password is wrong.');

/** The cookie `sid` of a browser session: a random value, of which only the hash is kept. */
@Injectable()
export class SessionCookie {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly users: AuthRepository,
  ) {}

  /** A new session under a new value; the one the browser had ends. */
  async start(request: DeskRequest, reply: FastifyReply, user: Principal, passwordHash?: string | null): Promise<void> {
    if (request.cookies.sid) await this.users.endSession(request.cookies.sid);
    const token = randomBytes(32).toString('base64url');
    if (!(await this.users.startSession(user, token, passwordHash))) throw wrongCredentials();
    void reply.setCookie('sid', token, { ...this.options(), maxAge: SECONDS });
  }

  /** After all sessions of the user have ended: the browser that caused it goes on under a new one. */
  async renew(request: DeskRequest, reply: FastifyReply, user: Principal): Promise<void> {
    if (user.via === 'session') await this.start(request, reply, user);
  }

  async end(request: DeskRequest, reply: FastifyReply): Promise<void> {
    if (request.cookies.sid) await this.users.endSession(request.cookies.sid);
    void reply.clearCookie('sid', this.options());
  }

  private options() {
    return { httpOnly: true, sameSite: 'lax' as const, path: '/', secure: publicUrl(this.runtime.config).startsWith('https:') };
  }
}
