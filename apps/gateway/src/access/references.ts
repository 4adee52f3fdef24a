import { Injectable } from '@nestjs/common';
import { Database, invalidField } from '@helpdesk/platform';
import { AuthRepository } from '../auth/auth.repository.js';
import { hasHelpdesk } from '../auth/capabilities.rules.js';
import type { Principal } from '../auth/principal.js';

/** Users and teams named in a request: of this account, and of use there. Each throws 422 that points at the field. */
@Injectable()
export class References {
  constructor(
    private readonly database: Database,
    private readonly users: AuthRepository,
  ) {}

  async checkAgent(me: Principal, userId: string, pointer: string): Promise<void> {
    const [user] = await this.users.ofAccount(me.accountId, [userId]);
    if (!user?.isActive || !hasHelpdesk(user)) throw invalidField(pointer, 'unknown', 'is no active user with help desk access');
  }

  async checkTeam(me: Principal, teamId: string, pointer: string): Promise<void> {
    const sql = 'SELECT 1 FROM gateway.team WHERE account_id = $1 AND id = $2';
    if (!(await this.database.queryOne(me.accountId, sql, [me.accountId, teamId]))) throw invalidField(pointer, 'unknown', 'is no team');
  }
}
