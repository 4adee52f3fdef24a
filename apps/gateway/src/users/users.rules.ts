import { isDeepStrictEqual } from 'node:util';
import type { FieldProblem } from '@helpdesk/platform';
import type { Right, Seat, TicketAccess, Workspace } from '../auth/principal.js';

/** What the rules about changing users depend on. */
export interface UserFacts {
  id: string;
  seat: Seat;
  superAdmin: boolean;
  access: Workspace[];
  ticketAccess: TicketAccess;
  rights: Right[];
  active: boolean;
  teamIds: string[];
}

export interface UserChanges extends Partial<Omit<UserFacts, 'id'>> {
  email?: string;
  name?: string;
  password?: string;
  maxOpenTickets?: number | null;
}

/** What decides how far somebody's rights reach. */
const RIGHT_FIELDS = ['seat', 'superAdmin', 'access', 'ticketAccess', 'rights', 'active'] as const;
/** Whoever sets these can sign in as the user. */
const KEYS_TO_HIM = ['email', 'password'] as const;

/** Lists of access and rights are sets. */
const comparable = (value: unknown) => (Array.isArray(value) ? value.toSorted() : value);
export const differs = (a: unknown, b: unknown): boolean => !isDeepStrictEqual(comparable(a), comparable(b));

/** Does the user hold rights that this actor could not give him? */
export const reachesBeyond = (user: Pick<UserFacts, 'superAdmin' | 'rights'>, actor: UserFacts): boolean =>
  !actor.superAdmin && (user.superAdmin || user.rights.some((right) => !actor.rights.includes(right)));

interface Change {
  actor: UserFacts;
  /** Absent: a new user. */
  target?: UserFacts;
  changes: UserChanges;
  /** Is there an active super admin besides the target? */
  hasOtherSuperAdmin: boolean;
}

/** Why a change of a user is refused, one entry a field; empty when it is not. */
export function refusals({ actor, target, changes, hasOtherSuperAdmin }: Change): FieldProblem[] {
  const found = new Map<string, FieldProblem>();
  const refuse = (pointer: string, code: string, detail: string) => {
    if (!found.has(pointer)) found.set(pointer, { pointer, code, detail });
  };
  const isSelf = target?.id === actor.id;
  const changed = RIGHT_FIELDS.filter((field) => changes[field] !== undefined && differs(changes[field], target?.[field]));

  if (target?.superAdmin && target.active && !hasOtherSuperAdmin) {
    for (const field of ['superAdmin', 'active'] as const)
      if (changes[field] === false) refuse(`/${field}`, 'last_super_admin', 'is the last active super admin of the account');
  }
  if (isSelf) {
    for (const field of changed) refuse(`/${field}`, 'own_rights', 'nobody changes his own rights; ask another administrator');
    if (changes.password !== undefined) refuse('/password', 'own_password', 'change your own password at PUT /me/password');
  }
  if (actor.superAdmin) return [...found.values()];

  // A team widens what he sees. Who sees everything anyway may join any.
  if (isSelf && changes.teamIds !== undefined && differs(changes.teamIds, target?.teamIds))
    refuse('/teamIds', 'own_rights', 'nobody changes his own rights; ask another administrator');
  if (changes.superAdmin && !target?.superAdmin) refuse('/superAdmin', 'beyond_own_rights', 'only a super admin makes a super admin');
  if (target?.superAdmin) {
    for (const field of Object.keys(changes)) refuse(`/${field}`, 'beyond_own_rights', 'only a super admin changes a super admin');
  }
  for (const [index, right] of (changes.rights ?? []).entries()) {
    if (!actor.rights.includes(right) && !target?.rights.includes(right))
      refuse(`/rights/${index}`, 'beyond_own_rights', `you do not have the right ${right} yourself`);
  }
  if (target && !isSelf && reachesBeyond(target, actor)) {
    for (const field of KEYS_TO_HIM)
      if (changes[field] !== undefined) refuse(`/${field}`, 'beyond_own_rights', 'the user has rights that you do not have yourself');
  }
  return [...found.values()];
}
