import type { TicketScope } from '@helpdesk/access';
import type { Keys } from '../security/keys.js';
import { Problem } from '../errors/problem.js';

/** Who asks: a person with his scope, or the desk itself (set-up, public doors) for one account or for none yet. */
export type Actor = { kind: 'user'; scope: TicketScope; name: string } | { kind: 'system'; accountId: string | null };

/** A token is for one service and one minute. */
const LIFETIME_MS = 60_000;

interface Claims {
  actor: Actor;
  aud: string;
  exp: number;
}

/** Signs who asks, so that a service believes its caller's account and scope only from the gateway. */
export function signActor(keys: Keys, actor: Actor, service: string): string {
  const claims: Claims = { actor, aud: service, exp: Date.now() + LIFETIME_MS };
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${body}.${keys.sign('rpc', body)}`;
}

export function verifyActor(keys: Keys, token: unknown, service: string): Actor {
  const [body, signature] = typeof token === 'string' ? token.split('.') : [];
  if (!body || !signature || !keys.verify('rpc', body, signature)) throw new Problem(401, 'bad_call_token', 'Call without a valid token');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Claims;
  if (claims.aud !== service || claims.exp < Date.now())
    throw new Problem(401, 'bad_call_token', 'Call token for another service or too old');
  return claims.actor;
}

/** The account a call concerns. */
export function accountOf(actor: Actor): string {
  const accountId = actor.kind === 'user' ? actor.scope.accountId : actor.accountId;
  if (!accountId) throw new Problem(401, 'no_account', 'Call without an account');
  return accountId;
}

/** The scope of the person who asks; the desk itself has none. */
export function scopeOf(actor: Actor): TicketScope {
  if (actor.kind !== 'user') throw new Problem(403, 'no_user', 'Only a person may ask this');
  return actor.scope;
}

/** What people read of him; nothing for the desk itself. */
export const nameOf = (actor: Actor): string => (actor.kind === 'user' ? actor.name : '');
