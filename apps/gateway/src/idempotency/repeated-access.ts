import { AuthorizeTicket, GetNotification, GetOperation, LocateMessage, NOWHERE } from '@helpdesk/contracts';
import type { RpcClient } from '@helpdesk/platform';
import { actorFor, routeOf, type DeskRequest, type Principal } from '../auth/principal.js';

/** Null: of no ticket by itself. */
type Resolve = (rpc: RpcClient, me: Principal, id: string, resourceId: string) => Promise<string | null>;

/** Of one ticket that he does not see any more nothing is told again. */
async function ticketOfOperation(rpc: RpcClient, me: Principal, id: string): Promise<string | null> {
  const { kind, ticketId } = await rpc.call(GetOperation, actorFor(me), { id });
  return kind === 'bulk' ? null : (ticketId ?? NOWHERE);
}

/** Routes whose answer tells of a ticket, by the beginning of their pattern, and how the ticket is found. */
const ABOUT_TICKETS: [string, Resolve][] = [
  // The one that began with it.
  ['/api/v1/tickets/:id/split', async (_rpc, _me, _id, resourceId) => resourceId],
  ['/api/v1/tickets/:id/', async (_rpc, _me, id) => id],
  ['/api/v1/operations/:id/', ticketOfOperation],
  ['/api/v1/messages/:id/', async (rpc, me, id) => (await rpc.call(LocateMessage, actorFor(me), { id })).ticketId],
  ['/api/v1/notifications/:id/', async (rpc, me, id) => (await rpc.call(GetNotification, actorFor(me), { id })).ticketId],
];

/**
 * Routes whose answer tells of no ticket, or of nothing but what the asker himself has just sent (a ticket he makes, a file he uploads):
 * that he is told again.
 */
const ABOUT_NO_TICKET = new Set([
  '/api/v1/api-keys',
  '/api/v1/attachments',
  '/api/v1/blocked-senders',
  '/api/v1/business-hours',
  '/api/v1/channels',
  '/api/v1/channels/:id/test',
  '/api/v1/companies',
  '/api/v1/companies/:id/merge',
  '/api/v1/contacts',
  '/api/v1/contacts/:id/merge',
  '/api/v1/me/totp',
  '/api/v1/me/totp/confirm',
  '/api/v1/pipelines',
  '/api/v1/properties',
  '/api/v1/quarantine/:id/replay',
  '/api/v1/sla-policies',
  '/api/v1/sla-policies/preview',
  '/api/v1/teams',
  '/api/v1/tickets',
  '/api/v1/tickets/bulk',
  '/api/v1/users',
  '/api/v1/users/:id/invitation',
  '/api/v1/views',
]);

const resolverOf = (pattern: string) => ABOUT_TICKETS.find(([beginning]) => pattern.startsWith(beginning))?.[1];

/** Is it known what kept answers of this route are about? A POST route of which it is not stops the start. */
export const isSubjectKnown = (pattern: string): boolean => ABOUT_NO_TICKET.has(pattern) || resolverOf(pattern) !== undefined;

/**
 * A kept answer is given again only to somebody who may still see what it is about: rights may have changed since the first request.
 * Throws 404 otherwise. `resourceId`: of what the first request made.
 */
export async function checkStillVisible(rpc: RpcClient, me: Principal, request: DeskRequest, resourceId: string): Promise<void> {
  const resolve = resolverOf(routeOf(request));
  if (!resolve) return;
  const { id = '' } = request.params as { id?: string };
  const ticketId = await resolve(rpc, me, id, resourceId);
  if (ticketId) await rpc.call(AuthorizeTicket, actorFor(me), { id: ticketId, action: 'view' });
}
