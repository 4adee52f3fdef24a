/**
 * The reference model: who may see and do what, written from the contract ("Shapes and decisions"), product D-50 and D-51, and
 * reliability-security 2.1. It shares no code with the product; where the two differ, one of them is wrong.
 */
import type { Person, Rule, Ticket } from './facts.js';

export type Action = keyof Person['scopes'];
/** A row of D-51; `public`, `signed_in`: anybody, anybody active. */
export type Need = 'public' | 'signed_in' | 'super_admin' | keyof typeof CAN;

const isService = (u: Person) => u.superAdmin || u.seat === 'service';
const works = (u: Person) => u.superAdmin || u.seat !== 'view_only';
const acts = (u: Person, action: Action) => u.superAdmin || u.scopes[action].scope !== 'none';
const has = (right: string) => (u: Person) => u.superAdmin || (u.seat === 'service' && u.rights.includes(right));

/** D-51, row by row, for who is in the help desk at all. */
export const CAN = {
  helpdesk: () => true,
  'ticket.create': works,
  'ticket.reply': (u: Person) => works(u) && acts(u, 'edit'),
  'ticket.comment': works,
  'ticket.edit': (u: Person) => works(u) && acts(u, 'edit'),
  'ticket.share': (u: Person) => isService(u) && acts(u, 'edit'),
  'ticket.restructure': (u: Person) => isService(u) && acts(u, 'edit'),
  'ticket.delete': (u: Person) => (isService(u) || u.seat === 'sales') && acts(u, 'delete'),
  'ticket.bulk': has('bulk'),
  'views.all': isService,
  settings: has('account_settings'),
  users: has('user_admin'),
  audit: has('audit'),
  export: has('export'),
};
const VIEWS = ['unassigned', 'mine', 'mentions', 'following', 'all_open', 'drafts', 'scheduled', 'all_closed', 'spam', 'trash'] as const;
export type View = (typeof VIEWS)[number];
/** D-51c: what somebody lacks for a default view; the trash and spam are for who may take something out of them. */
export function lackOf(u: Person, view: View): string | undefined {
  if (view === 'all_open') return undefined;
  if (view === 'mentions' || view === 'following') return works(u) ? undefined : 'views_own';
  if (!isService(u)) return 'views_all';
  return (view === 'trash' || view === 'spam') && !CAN['ticket.delete'](u) ? 'ticket_delete' : undefined;
}
export const viewsOf = (u: Person): View[] => VIEWS.filter((view) => lackOf(u, view) === undefined);
export const enters = (u: Person) => u.active && (u.superAdmin || u.seat === 'service' || u.access.length > 0);

function covers(u: Person, { scope, unassigned }: Rule, t: Ticket, owner: Person | undefined): boolean {
  const inTeam = t.team !== null && u.teams.includes(t.team);
  if (scope === 'none') return false;
  if (scope === 'all' || t.owner === u.id) return true;
  if (scope === 'team' && (inTeam || owner?.teams.some((team) => u.teams.includes(team)))) return true;
  return unassigned && t.owner === null && (t.team === null || inTeam);
}

/** `owner`: who owns the ticket, when somebody does. In the trash or not is another question. */
export function reaches(u: Person, action: Action, t: Ticket, owner: Person | undefined, now = Date.now()): boolean {
  if (!enters(u) || u.account !== t.account) return false;
  if (u.superAdmin) return true;
  const isShared = t.shares.some((s) => (s.user === u.id || u.teams.includes(s.team ?? '')) && (s.until === null || s.until > now));
  const sees = isShared || covers(u, u.scopes.view, t, owner);
  return sees && (action === 'view' || covers(u, u.scopes[action], t, owner));
}
export const may = (u: Person, action: Action, t: Ticket, owner: Person | undefined) => !t.deleted && reaches(u, action, t, owner);
