import type { TicketScope } from '@helpdesk/access';
import { isUuid } from '../ids.js';

/** Work that by its nature concerns all accounts: claims, sweeps, finding the account of an address, a session or a key. */
export const EVERY_ACCOUNT = Symbol('every account');

/**
 * Whose rows a transaction may see and change; PostgreSQL's row-level security holds it to that (docs/access.md).
 * A scope: a person, held to his account and, in tickets, to the tickets he may see. An account id: the desk itself at work in one account.
 * {@link EVERY_ACCOUNT}: across accounts. null: no account's rows at all.
 */
export type Sight = TicketScope | string | WithComments | typeof EVERY_ACCOUNT | null;

interface WithComments {
  commentsOf: string;
}

/** One account with what agents write for each other. Only for what agents see: nothing that renders for customers may ask for it. */
export const withComments = (accountId: string): WithComments => ({ commentsOf: accountId });

/** The settings row-level security reads, for one transaction. Only checked ids get into the text. */
export function settingsOf(sight: Sight, commentsRole: string): string {
  if (sight === null) return '';
  if (sight === EVERY_ACCOUNT) return set('account', '*');
  if (typeof sight === 'string') return set('account', checked(sight)) + set('view', 'all');
  if ('commentsOf' in sight) return `${settingsOf(sight.commentsOf, commentsRole)}; SET LOCAL ROLE "${commentsRole.replaceAll('"', '""')}"`;
  const { accountId, userId, view, isSuperAdmin, teamIds, teammateIds } = sight;
  return (
    set('account', checked(accountId)) +
    set('user_id', checked(userId)) +
    set('view', isSuperAdmin ? 'all' : level(view.scope)) +
    set('unassigned', view.unassigned ? 'on' : 'off') +
    set('teams', list(teamIds)) +
    set('teammates', list(teammateIds))
  );
}

const LEVELS = new Set(['all', 'team', 'own', 'none']);
const set = (name: string, value: string) => `; SET LOCAL app.${name} = '${value}'`;
const list = (ids: string[]) => `{${ids.map(checked).join(',')}}`;

function level(scope: string): string {
  if (!LEVELS.has(scope)) throw new TypeError('the sight has no such scope');
  return scope;
}

function checked(id: string): string {
  if (!isUuid(id)) throw new TypeError('an id of the sight is no UUID');
  return id;
}
