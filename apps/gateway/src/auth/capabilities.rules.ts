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
  | 'views.all'
  | 'settings'
  | 'users'
  | 'audit'
  | 'export';

type Facts = Pick<Principal, 'seat' | 'isSuperAdmin' | 'access' | 'rights' | 'ticketAccess'>;

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
    ['ticket.reply', mayEdit],
    ['ticket.comment', works],
    ['ticket.edit', mayEdit],
    ['ticket.delete', mayDelete],
    ['ticket.restructure', isService && mayEdit],
    ['ticket.bulk', has('bulk')],
    ['views.all', isService],
    ['settings', has('account_settings')],
    ['users', has('user_admin')],
    ['audit', has('audit')],
    ['export', has('export')],
  ];
  return table.filter(([, allowed]) => allowed).map(([capability]) => capability);
}
