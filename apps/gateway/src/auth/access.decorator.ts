import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiExtension, ApiResponse } from '@nestjs/swagger';
import type { Capability } from './capabilities.rules.js';
import type { DeskRequest, Principal } from './principal.js';

/** `public`: anybody · `signed_in`: any user · else the capability it needs. */
export type RouteAccess = 'public' | 'signed_in' | 'super_admin' | Capability;

export const ROUTE_ACCESS = 'route-access';

/** What it looks like is added to all of them (openapi.ts). */
const problem = (status: number, description: string) => ApiResponse({ status, description });

/** Declares who may call a route, and further refusals it has; the gateway does not start with a route that declares nothing. */
export function Access(access: RouteAccess, problems: Record<number, string> = {}): ClassDecorator & MethodDecorator {
  const documented = [
    ApiExtension('x-access', access),
    problem(422, 'Invalid input, one entry per field'),
    problem(429, 'Too many requests'),
  ];
  if (access !== 'public') {
    documented.push(
      ApiCookieAuth('sid'),
      ApiBearerAuth('apiKey'),
      problem(401, 'Not signed in'),
      problem(403, 'Seen but not allowed; `code` names what is missing'),
      problem(404, 'Absent, or outside your access'),
    );
  }
  // The last word counts: what a route says itself.
  for (const [status, description] of Object.entries(problems)) documented.push(problem(Number(status), description));
  return applyDecorators(SetMetadata(ROUTE_ACCESS, access), ...documented);
}

/** The signed-in user; only on routes that are not public. */
export const Me = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<DeskRequest>();
  if (!principal) throw new Error('a public route has no principal');
  return principal;
});

/** The id that the request's creation gets, the same however often it is repeated with one Idempotency-Key. */
export const ResourceId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { resourceId } = context.switchToHttp().getRequest<DeskRequest>();
  if (!resourceId) throw new Error('only POST requests create');
  return resourceId;
});
