import { Injectable } from '@nestjs/common';
import { viewClause, type AccessClause } from '@helpdesk/access';
import { GetTicketAccess, type TicketAccessFacts } from '@helpdesk/contracts';
import { invalid, RpcClient } from '@helpdesk/platform';
import { AuthRepository } from '../auth/auth.repository.js';
import { hasHelpdesk } from '../auth/capabilities.rules.js';
import { actorFor, scopeFor, type Principal } from '../auth/principal.js';

/** What decided: a part of the rule that shows the ticket, or why nothing does. */
export type DecidingClause = AccessClause | 'inactive' | 'no_helpdesk_access' | 'outside_scope';

export interface AccessOfUser {
  userId: string;
  allowed: boolean;
  clause: DecidingClause;
}

/** Who else may see a ticket: users and rights live here, the facts of a ticket in tickets, the rule in libs/access. */
@Injectable()
export class AccessService {
  constructor(
    private readonly rpc: RpcClient,
    private readonly users: AuthRepository,
  ) {}

  /** Each user of the account, yes or no. 404 when the asker does not see the ticket. */
  async explain(me: Principal, ticketId: string): Promise<AccessOfUser[]> {
    const facts = await this.rpc.call(GetTicketAccess, actorFor(me), { id: ticketId });
    return (await this.users.ofAccount(me.accountId)).map((user) => decide(user, facts));
  }

  /**
   * The users with these ids. Throws 422 unless each sees the ticket: a mention of somebody who does not would tell him of it, or nobody
   * (W-27).
   */
  async checkMentions(me: Principal, ticketId: string, userIds: string[]): Promise<Principal[]> {
    if (userIds.length === 0) return [];
    const facts = await this.rpc.call(GetTicketAccess, actorFor(me), { id: ticketId });
    const users = await this.users.ofAccount(me.accountId, userIds);
    const found = new Map(users.map((user) => [user.userId, decide(user, facts)]));
    const problems = userIds.flatMap((id, i) => {
      const user = found.get(id);
      if (!user) return [{ pointer: `/mentions/${i}`, code: 'unknown', detail: 'is no user' }];
      return user.allowed ? [] : [{ pointer: `/mentions/${i}`, code: 'no_access', detail: 'may not see this ticket' }];
    });
    if (problems.length > 0) throw invalid(problems);
    return users;
  }
}

function decide(user: Principal & { isActive: boolean }, facts: TicketAccessFacts): AccessOfUser {
  const { userId } = user;
  if (!user.isActive) return { userId, allowed: false, clause: 'inactive' };
  if (!hasHelpdesk(user)) return { userId, allowed: false, clause: 'no_helpdesk_access' };
  const clause = viewClause(scopeFor(user), facts);
  return { userId, allowed: clause !== null, clause: clause ?? 'outside_scope' };
}
