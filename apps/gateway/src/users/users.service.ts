import { Injectable } from '@nestjs/common';
import type { Page } from '@helpdesk/contracts';
import { LiveBus } from '@helpdesk/messaging';
import { Database, hashPassword, invalid, notFound, pageOf, type FieldProblem, type Tx } from '@helpdesk/platform';
import { AgentsService } from '../agents/agents.service.js';
import { AuditLog } from '../audit/audit.log.js';
import { AuthRepository } from '../auth/auth.repository.js';
import { missing } from '../auth/missing.js';
import { capabilitiesOf } from '../auth/capabilities.rules.js';
import type { Principal, TicketAccess } from '../auth/principal.js';
import { PasswordLinks } from '../credentials/password-links.js';
import { PasswordsService } from '../credentials/passwords.service.js';
import type { NewUserDto, PatchUserDto, UserTicketAccessDto, UserDto } from './user.dto.js';
import { differs, refusals, type UserChanges } from './users.rules.js';
import { UsersRepository, type UserRecord } from './users.repository.js';

/** Without a word about it a user sees and changes his own tickets and deletes none. */
const LEAST: TicketAccess = {
  view: { scope: 'own', unassigned: false },
  edit: { scope: 'own', unassigned: false },
  delete: { scope: 'none', unassigned: false },
};
const AUDITED = ['email', 'name', 'seat', 'superAdmin', 'access', 'ticketAccess', 'rights', 'teamIds', 'active', 'maxOpenTickets'] as const;

@Injectable()
export class UsersService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly auth: AuthRepository,
    private readonly audit: AuditLog,
    private readonly links: PasswordLinks,
    private readonly passwords: PasswordsService,
    private readonly live: LiveBus,
    private readonly agents: AgentsService,
  ) {}

  async list(me: Principal, limit: number, cursor?: string): Promise<Page<UserDto>> {
    const isAdmin = mayManage(me);
    const found = await this.users.list(me.accountId, limit + 1, cursor, !isAdmin);
    const { items, nextCursor } = pageOf(found, limit);
    return { items: items.map((user) => toDto(user, isAdmin)), nextCursor };
  }

  async get(me: Principal, id: string): Promise<UserDto> {
    const isAdmin = mayManage(me);
    const user = await this.users.find(me.accountId, id);
    if (!user || !(user.active || isAdmin)) throw notFound();
    return toDto(user, isAdmin);
  }

  async create(me: Principal, id: string, body: NewUserDto): Promise<UserDto> {
    const { password, ...fields } = body;
    const ticketAccess = merged(LEAST, fields.ticketAccess);
    const { teamIds, ...defaults } = {
      superAdmin: false,
      access: [],
      rights: [],
      teamIds: [],
      active: true,
      maxOpenTickets: null,
      ...fields,
      ticketAccess,
    };
    const user: UserRecord = {
      ...defaults,
      id,
      teamIds,
      invited: password === undefined,
      totp: false,
      language: undefined,
      availability: 'available',
    };
    const passwordHash = password === undefined ? null : await hashPassword(password);
    await this.database.transaction(me.accountId, async (tx) => {
      const actor = await this.begin(tx, me);
      const changes: UserChanges = { ...user };
      await this.refuse(tx, me, { actor, user, changes, target: undefined });
      if (!(await this.users.insert(tx, me.accountId, user, passwordHash))) return;
      await this.users.setTeams(tx, me.accountId, id, teamIds);
      await this.agents.tell(tx, me.accountId, [id]);
      await this.audit.record(me, 'user.created', `user/${id}`, { new: audited(user) }, tx);
      if (user.invited && user.active) await this.links.invite(tx, me, user);
      this.live.publish(tx, me.accountId, { kind: 'rights.changed' });
    });
    return this.get(me, id);
  }

  async patch(me: Principal, id: string, body: PatchUserDto): Promise<UserDto> {
    // Hashing takes longer than a lock should be held.
    const passwordHash = body.password === undefined ? undefined : await hashPassword(body.password);
    await this.database.transaction(me.accountId, async (tx) => {
      const { actor, target } = await this.beginChange(tx, me, id);
      const { ticketAccess, password, ...plain } = withoutAbsent(body);
      const changes: UserChanges = {
        ...plain,
        ...(ticketAccess && { ticketAccess: merged(target.ticketAccess, ticketAccess) }),
        ...(password !== undefined && { password }),
      };
      const user: UserRecord = { ...target, ...changes };
      await this.refuse(tx, me, { actor, user, changes, target });
      await this.apply(tx, me, target, user, passwordHash);
    });
    return this.get(me, id);
  }

  /** Sends the invitation again; the links sent before end. */
  async invite(me: Principal, id: string): Promise<void> {
    await this.database.transaction(me.accountId, async (tx) => {
      const { target } = await this.beginChange(tx, me, id);
      await this.links.invite(tx, me, target);
    });
  }

  /**
   * A change of the user by an administrator: no other one goes on meanwhile in the account, and both are as they are now. Throws 403 when
   * the actor may not manage users any more, 404 when the user is not there.
   */
  async beginChange(tx: Tx, me: Principal, id: string): Promise<{ actor: UserRecord; target: UserRecord }> {
    const actor = await this.begin(tx, me);
    const target = await this.users.find(me.accountId, id, tx);
    if (!target) throw notFound();
    return { actor, target };
  }

  private async apply(tx: Tx, me: Principal, target: UserRecord, user: UserRecord, passwordHash: string | undefined): Promise<void> {
    const changed = AUDITED.filter((field) => differs(target[field], user[field]));
    if (changed.length > 0) {
      await this.users.update(tx, me.accountId, user);
      if (changed.includes('teamIds')) await this.users.setTeams(tx, me.accountId, user.id, user.teamIds);
      await this.agents.tell(tx, me.accountId, [user.id]);
      if (!user.active) await this.auth.endSessionsOf(tx, me.accountId, user.id);
      const pick = (from: UserRecord) => Object.fromEntries(changed.map((field) => [field, from[field]]));
      await this.audit.record(me, 'user.changed', `user/${user.id}`, { old: pick(target), new: pick(user) }, tx);
      this.live.publish(tx, me.accountId, { kind: 'rights.changed' });
    }
    if (passwordHash !== undefined) await this.passwords.set(tx, me, user.id, passwordHash);
  }

  /** Alone in the account from here on. Judged by what the actor may do now, not by what he could when the request came in. */
  async begin(tx: Tx, me: Principal): Promise<UserRecord> {
    await this.users.lockAccount(tx, me.accountId);
    const actor = await this.users.find(me.accountId, me.userId, tx);
    if (!actor?.active || !mayManage({ ...actor, isSuperAdmin: actor.superAdmin, seatReply: me.seatReply })) throw missing('users');
    return actor;
  }

  private async refuse(
    tx: Tx,
    { accountId }: Principal,
    { actor, user, target, changes }: { actor: UserRecord; user: UserRecord; target: UserRecord | undefined; changes: UserChanges },
  ): Promise<void> {
    const hasOtherSuperAdmin = await this.users.hasOtherSuperAdmin(tx, accountId, user.id);
    const errors: FieldProblem[] = refusals({ actor, target, changes, hasOtherSuperAdmin });
    if (changes.email !== undefined && (await this.users.isTaken(tx, accountId, user.email, user.id)))
      errors.push({ pointer: '/email', code: 'taken', detail: 'another user of the account has this address' });
    if (changes.teamIds) {
      const known = await this.users.knownTeams(tx, accountId, changes.teamIds);
      errors.push(...unknownIds('/teamIds', changes.teamIds, known));
    }
    if (errors.length > 0) throw invalid(errors);
  }
}

const mayManage = (user: Parameters<typeof capabilitiesOf>[0]) => capabilitiesOf(user).includes('users');

/** One problem for each id that the account does not have. */
export function unknownIds(pointer: string, ids: string[], known: Set<string>): FieldProblem[] {
  return ids.flatMap((id, index) =>
    known.has(id) ? [] : [{ pointer: `${pointer}/${index}`, code: 'unknown', detail: 'is not in the account' }],
  );
}

function merged(old: TicketAccess, { view, edit, delete: remove }: UserTicketAccessDto = {}): TicketAccess {
  const rule = (given: UserTicketAccessDto['edit'], before: TicketAccess['edit']) =>
    given ? { scope: given.scope, unassigned: given.unassigned ?? false } : before;
  return { view: rule(view, old.view), edit: rule(edit, old.edit), delete: rule(remove, old.delete) };
}

const withoutAbsent = (body: PatchUserDto): PatchUserDto =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as PatchUserDto;

const audited = (user: UserRecord) => Object.fromEntries(AUDITED.map((field) => [field, user[field]]));

function toDto({ language: _language, ...user }: UserRecord, isFull: boolean): UserDto {
  const { id, email, name, active, teamIds, availability } = user;
  return isFull ? user : { id, email, name, active, teamIds, availability };
}
