import { TICKET_VIEWS, type TicketViewId } from '@helpdesk/contracts';
import type { Principal, Right } from './principal.js';

export type Capability =
  | 'helpdesk'
  | 'ticket.create'
  | 'ticket.reply'
  | 'ticket.comment'
  | 'ticket.edit'
  | 'ticket.delete'
  | 'ticket.restructure'
  | 'ticket.bulk'
  | 'ticket.share'
  | 'views.own'
  | 'views.all'
  | 'presence'
  | 'settings'
  | 'users'
  | 'audit'
  | 'export';

type Facts = Pick<Principal, 'seat' | 'isSuperAdmin' | 'access' | 'rights' | 'ticketAccess' | 'seatReply'>;

/** May he enter the help desk at all (D-50, S-13)? */
export const hasHelpdesk = (p: Facts): boolean => p.isSuperAdmin || p.seat === 'service' || p.access.length > 0;

/** The table D-51: what a seat and its rights allow. Which tickets is another question: the scope's. */
export function capabilitiesOf(p: Facts): Capability[] {
  if (!hasHelpdesk(p)) return [];
  const isService = p.isSuperAdmin || p.seat === 'service';
  const works = p.isSuperAdmin || p.seat !== 'view_only';
  const has = (right: Right) => p.isSuperAdmin || (isService && p.rights.includes(right));
  const mayEdit = works && (p.isSuperAdmin || p.ticketAccess.edit.scope !== 'none');
  const mayDelete = (isService || p.seat === 'sales') && (p.isSuperAdmin || p.ticketAccess.delete.scope !== 'none');
  const table: [Capability, boolean][] = [
    ['helpdesk', true],
    ['ticket.create', works],
    ['ticket.reply', mayEdit && (isService || p.seatReply)],
    ['ticket.comment', works],
    ['ticket.edit', mayEdit],
    ['ticket.delete', mayDelete],
    ['ticket.restructure', isService && mayEdit],
    ['ticket.bulk', has('bulk')],
    ['ticket.share', isService && mayEdit],
    ['views.own', works],
    ['views.all', isService],
    ['presence', isService],
    ['settings', has('account_settings')],
    ['users', has('user_admin')],
    ['audit', has('audit')],
    ['export', has('export')],
  ];
  return table.filter(([, allowed]) => allowed).map(([capability]) => capability);
}

/** What each default view needs (D-51c). */
const VIEW_NEEDS: Record<TicketViewId, Capability[]> = {
  unassigned: ['views.all'],
  mine: ['views.all'],
  mentions: ['views.own'],
  following: ['views.own'],
  all_open: ['helpdesk'],
  drafts: ['views.all'],
  scheduled: ['views.all'],
  all_closed: ['views.all'],
  spam: ['views.all', 'ticket.delete'],
  trash: ['views.all', 'ticket.delete'],
};

/** The default views of a seat. */
export const viewsOf = (p: Facts): TicketViewId[] => TICKET_VIEWS.filter((view) => lackOfView(p, view) === undefined);

/** What somebody lacks to open a view: a default one, or one that people made. */
export function lackOfView(p: Facts, view: string): Capability | undefined {
  const can = capabilitiesOf(p);
  const needs = Object.hasOwn(VIEW_NEEDS, view) ? VIEW_NEEDS[view as TicketViewId] : (['views.all'] as const);
  return needs.find((capability) => !can.includes(capability));
}
