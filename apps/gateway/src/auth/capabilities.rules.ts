import type { TicketViewId } from '@helpdesk/contracts';
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

const OF_EVERYBODY: TicketViewId[] = ['all_open'];
const OF_COLLABORATORS: TicketViewId[] = ['mentions', 'following', 'all_open'];
const OF_SERVICE: TicketViewId[] = ['unassigned', 'mine', 'all_open', 'mentions', 'following', 'all_closed'];

/** The default views of a seat (D-51c). */
export function viewsOf(p: Facts): TicketViewId[] {
  const can = capabilitiesOf(p);
  if (!can.includes('helpdesk')) return [];
  if (can.includes('views.all')) return can.includes('ticket.delete') ? [...OF_SERVICE, 'trash'] : OF_SERVICE;
  return can.includes('views.own') ? OF_COLLABORATORS : OF_EVERYBODY;
}
