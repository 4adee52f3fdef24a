import { Injectable } from '@nestjs/common';
import type { Page } from '@helpdesk/contracts';
import { LiveBus } from '@helpdesk/messaging';
import { Database, invalid, notFound, pageOf, type FieldProblem, type Tx } from '@helpdesk/platform';
import { AgentsService } from '../agents/agents.service.js';
import { AuditLog } from '../audit/audit.log.js';
import { capabilitiesOf } from '../auth/capabilities.rules.js';
import type { Principal } from '../auth/principal.js';
import { UsersRepository, type UserRecord } from '../users/users.repository.js';
import { differs } from '../users/users.rules.js';
import { unknownIds, UsersService } from '../users/users.service.js';
import { TeamsRepository, type TeamRecord } from './teams.repository.js';

const OWN_RIGHTS: FieldProblem = {
  pointer: '/memberIds',
  code: 'own_rights',
  detail: 'nobody changes his own rights; ask another administrator',
};

@Injectable()
export class TeamsService {
  constructor(
    private readonly database: Database,
    private readonly teams: TeamsRepository,
    private readonly users: UsersRepository,
    private readonly administration: UsersService,
    private readonly audit: AuditLog,
    private readonly live: LiveBus,
    private readonly agents: AgentsService,
  ) {}

  async list(me: Principal, limit: number, cursor?: string): Promise<Page<TeamRecord>> {
    return pageOf(await this.teams.list(me.accountId, limit + 1, cursor, capabilitiesOf(me).includes('users')), limit);
  }

  create(me: Principal, id: string, { name, memberIds = [] }: { name: string; memberIds?: string[] }): Promise<TeamRecord> {
    const team: TeamRecord = { id, name, memberIds };
    return this.change(me, id, async (tx, actor) => {
      await this.refuse(tx, me, team);
      if (!actor.superAdmin && memberIds.includes(me.userId)) throw invalid([OWN_RIGHTS]);
      if (!(await this.teams.insert(tx, me.accountId, team))) return;
      await this.teams.setMembers(tx, me.accountId, id, memberIds);
      await this.agents.tell(tx, me.accountId, memberIds);
      await this.audit.record(me, 'team.created', `team/${id}`, { new: { name, memberIds } }, tx);
    });
  }

  patch(me: Principal, id: string, { name, memberIds }: { name?: string; memberIds?: string[] }): Promise<TeamRecord> {
    return this.change(me, id, async (tx, actor) => {
      const old = await this.find(tx, me, id);
      const team: TeamRecord = { id, name: name ?? old.name, memberIds: memberIds ?? old.memberIds };
      await this.refuse(tx, me, team);
      if (!actor.superAdmin && old.memberIds.includes(me.userId) !== team.memberIds.includes(me.userId)) throw invalid([OWN_RIGHTS]);
      const changed = (['name', 'memberIds'] as const).filter((field) => differs(old[field], team[field]));
      if (changed.length === 0) return;
      await this.teams.rename(tx, me.accountId, id, team.name);
      await this.teams.setMembers(tx, me.accountId, id, team.memberIds);
      if (changed.includes('memberIds')) await this.agents.tell(tx, me.accountId, [...old.memberIds, ...team.memberIds]);
      const pick = (from: TeamRecord) => Object.fromEntries(changed.map((field) => [field, from[field]]));
      await this.audit.record(me, 'team.changed', `team/${id}`, { old: pick(old), new: pick(team) }, tx);
    });
  }

  /** Its members leave. Tickets keep its id, which then is nobody's team. */
  async delete(me: Principal, id: string): Promise<void> {
    await this.database.transaction(me.accountId, async (tx) => {
      await this.administration.begin(tx, me);
      const { name, memberIds } = await this.find(tx, me, id);
      await this.teams.delete(tx, me.accountId, id);
      await this.agents.tell(tx, me.accountId, memberIds);
      await this.audit.record(me, 'team.deleted', `team/${id}`, { old: { name, memberIds } }, tx);
      this.live.publish(tx, me.accountId, { kind: 'rights.changed' });
    });
  }

  private change(me: Principal, id: string, work: (tx: Tx, actor: UserRecord) => Promise<void>): Promise<TeamRecord> {
    return this.database.transaction(me.accountId, async (tx) => {
      await work(tx, await this.administration.begin(tx, me));
      this.live.publish(tx, me.accountId, { kind: 'rights.changed' });
      return this.find(tx, me, id);
    });
  }

  private async find(tx: Tx, { accountId }: Principal, id: string): Promise<TeamRecord> {
    const team = await this.teams.find(accountId, id, tx);
    if (!team) throw notFound();
    return team;
  }

  private async refuse(tx: Tx, { accountId }: Principal, team: TeamRecord): Promise<void> {
    const errors: FieldProblem[] = unknownIds('/memberIds', team.memberIds, await this.users.knownUsers(tx, accountId, team.memberIds));
    if (await this.teams.isTaken(tx, accountId, team.name, team.id))
      errors.push({ pointer: '/name', code: 'taken', detail: 'another team of the account has this name' });
    if (errors.length > 0) throw invalid(errors);
  }
}
