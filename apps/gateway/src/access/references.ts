import { Injectable } from '@nestjs/common';
import { Database, invalid, invalidField } from '@helpdesk/platform';
import { AuthRepository } from '../auth/auth.repository.js';
import { hasHelpdesk } from '../auth/capabilities.rules.js';
import type { Principal } from '../auth/principal.js';
import { UsersRepository } from '../users/users.repository.js';
import { unknownIds } from '../users/users.service.js';

const NO_AGENT = 'is no active user with help desk access';

/** Users and teams named in a request: of this account, and of use there. Each throws 422 that points at the field. */
@Injectable()
export class References {
  constructor(
    private readonly database: Database,
    private readonly users: AuthRepository,
    private readonly administration: UsersRepository,
  ) {}

  async checkAgent(me: Principal, userId: string, pointer: string): Promise<void> {
    if (!(await this.knownAgents(me, [userId])).has(userId)) throw invalidField(pointer, 'unknown', NO_AGENT);
  }

  /** Points at each one in the list that is none. */
  async checkAgents(me: Principal, userIds: string[], pointer: string): Promise<void> {
    if (userIds.length === 0) return;
    const known = await this.knownAgents(me, userIds);
    const problems = unknownIds(pointer, userIds, known).map((problem) => ({ ...problem, detail: NO_AGENT }));
    if (problems.length > 0) throw invalid(problems);
  }

  async checkTeam(me: Principal, teamId: string, pointer: string): Promise<void> {
    if (!(await this.knownTeams(me, [teamId])).has(teamId)) throw invalidField(pointer, 'unknown', 'is no team');
  }

  /** Points at each one in the list that is not there. */
  async checkTeams(me: Principal, teamIds: string[], pointer: string): Promise<void> {
    const problems = teamIds.length > 0 ? unknownIds(pointer, teamIds, await this.knownTeams(me, teamIds)) : [];
    if (problems.length > 0) throw invalid(problems);
  }

  private async knownAgents({ accountId }: Principal, userIds: string[]): Promise<Set<string>> {
    const users = await this.users.ofAccount(accountId, userIds);
    return new Set(users.filter((user) => user.isActive && hasHelpdesk(user)).map(({ userId }) => userId));
  }

  private knownTeams({ accountId }: Principal, teamIds: string[]): Promise<Set<string>> {
    return this.administration.knownTeams(this.database.within(accountId), accountId, teamIds);
  }
}
