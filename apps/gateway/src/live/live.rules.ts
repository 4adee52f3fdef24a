import { scopeMatches, type TicketScope } from '@helpdesk/access';
import { PRESENCE_STATES, type PresenceState, type TicketAccessFacts } from '@helpdesk/contracts';
import { isUuid } from '@helpdesk/platform';
import { capabilitiesOf } from '../auth/capabilities.rules.js';
import type { Principal } from '../auth/principal.js';

/** The second half of docs/access.md rule 2: live events are decided by the rule in memory. Nobody sees a ticket that is not there. */
export const sees = (scope: TicketScope, facts: TicketAccessFacts | null, now: Date): boolean =>
  facts !== null && scopeMatches(scope, 'view', facts, now);

/** What a change of a ticket means to one user: he sees it now, he did before, or it is none of his business. */
export function newsOf(
  scope: TicketScope,
  before: TicketAccessFacts | null,
  after: TicketAccessFacts | null,
  now: Date,
): 'ticket.changed' | 'ticket.gone' | undefined {
  if (sees(scope, after, now)) return 'ticket.changed';
  return sees(scope, before, now) ? 'ticket.gone' : undefined;
}

/** Two principals with the same text may see and do the same. */
export function rightsText(p: Principal): string {
  const { view, edit, delete: remove } = p.ticketAccess;
  const rules = [view, edit, remove].map(({ scope, unassigned }) => [scope, unassigned]);
  return JSON.stringify([p.isSuperAdmin, capabilitiesOf(p), rules, p.teamIds.toSorted(), p.teammateIds.toSorted()]);
}

export interface PresenceWord {
  ticketId: string;
  state: PresenceState | 'left';
}

const STATES: readonly string[] = [...PRESENCE_STATES, 'left'];

/** What a client said with `presence`; undefined when it is nothing of the kind. */
export function presenceWord(said: unknown): PresenceWord | undefined {
  if (typeof said !== 'object' || said === null) return undefined;
  const { ticketId, state } = said as Record<string, unknown>;
  if (typeof ticketId !== 'string' || typeof state !== 'string' || !STATES.includes(state)) return undefined;
  return isUuid(ticketId) ? { ticketId: ticketId.toLowerCase(), state: state as PresenceWord['state'] } : undefined;
}

export interface Credential {
  via: Principal['via'];
  secret: string;
}

/** What a connection signs in with: a key in the header or in `auth.token`, else the cookie of the browser's session. */
export function credentialOf(headers: { authorization?: string; cookie?: string }, auth: Record<string, unknown>): Credential | undefined {
  const [scheme, key] = (headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() === 'bearer' && key) return { via: 'api_key', secret: key };
  if (typeof auth.token === 'string' && auth.token) return { via: 'api_key', secret: auth.token };
  const sid = sessionCookie(headers.cookie);
  return sid ? { via: 'session', secret: sid } : undefined;
}

/** The cookie `sid`, written as session.controller.ts sets it: never quoted, never escaped. */
function sessionCookie(cookies: string | undefined): string | undefined {
  const found = cookies?.split(';').find((part) => part.trim().startsWith('sid='));
  return found?.trim().slice('sid='.length) || undefined;
}
