import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { forbidden, newId, publicUrl, unauthenticated, type Runtime } from '@helpdesk/platform';
import { RUNTIME } from '../tokens.js';
import { ROUTE_ACCESS, type RouteAccess } from './access.decorator.js';
import { AuthRepository, hashOf } from './auth.repository.js';
import { capabilitiesOf, hasHelpdesk } from './capabilities.rules.js';
import { missing } from './missing.js';
import { isOwnOrigin, originOf } from './origin.rules.js';
import { isSafe, routeOf, type DeskRequest, type Principal } from './principal.js';
import { RecentPrincipals } from './recent-principals.js';

/** Default deny: who asks, may he use this route at all. Which tickets he may see is decided in tickets, by his scope. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(Reflector) private readonly reflector: Reflector,
    private readonly users: AuthRepository,
    private readonly recent: RecentPrincipals,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [context.getHandler(), context.getClass()]);
    const request = context.switchToHttp().getRequest<DeskRequest>();
    if (request.method === 'POST') request.resourceId = newId();
    // On public routes too: signing in sets the cookie, signing out uses it.
    if (isFromBrowser(request) && !isSafe(request)) this.checkOrigin(request);
    if (access === 'public') return true;
    const principal = await this.authenticate(request);
    if (!principal || access === undefined) throw unauthenticated();
    request.principal = principal;
    if (access === 'signed_in') return true;
    if (access === 'super_admin') {
      if (!principal.isSuperAdmin) throw forbidden('not_super_admin', 'Only a super admin may do this.');
      return true;
    }
    if (!hasHelpdesk(principal))
      throw forbidden('no_helpdesk_access', 'You have no access to the help desk. An administrator can give you a Service seat or access.');
    if (!capabilitiesOf(principal).includes(access)) throw missing(access);
    return true;
  }

  private async authenticate(request: DeskRequest): Promise<Principal | undefined> {
    const key = bearerOf(request);
    if (key) return this.recent.find(`key ${hashOf(key).toString('hex')}`, () => this.users.byApiKey(key));
    const sid = request.cookies.sid;
    return sid ? this.recent.find(`session ${hashOf(sid).toString('hex')}`, () => this.users.bySession(sid)) : undefined;
  }

  private checkOrigin({ headers }: DeskRequest): void {
    if (!isOwnOrigin(originOf(headers), publicUrl(this.runtime.config)))
      throw forbidden('bad_origin', 'The request comes from another site.');
  }
}

/** What the API is sent without a key or token lives from the cookie. Forms on customers’ own sites post elsewhere, to /public. */
const isFromBrowser = (request: DeskRequest) => routeOf(request).startsWith('/api/') && bearerOf(request) === undefined;

function bearerOf({ headers }: DeskRequest): string | undefined {
  const [scheme, key] = (headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && key ? key : undefined;
}
