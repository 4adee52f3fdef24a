import type { TicketAction } from '@helpdesk/contracts';

/** How far a right on tickets reaches. `team`: owned by the user or somebody who shares a team with him, or in one of his teams. */
export type ScopeLevel = 'all' | 'team' | 'own' | 'none';

export interface ScopeRule {
  scope: ScopeLevel;
  /** Adds tickets without an owner whose team is none or one of the user's. */
  unassigned: boolean;
}

/** Everything that decides which tickets a user may see and change. Made by the gateway for each request, never stored. */
export interface TicketScope {
  accountId: string;
  userId: string;
  /** Sees and changes everything in his account. */
  isSuperAdmin: boolean;
  view: ScopeRule;
  edit: ScopeRule;
  delete: ScopeRule;
  teamIds: string[];
  /** All users who share a team with him, himself included. */
  teammateIds: string[];
}

/** The facts of a ticket that access depends on. */
export interface TicketFacts {
  accountId: string;
  ownerId: string | null;
  teamId: string | null;
}

/** The rule in memory: for live events, pickers and single decisions. Must agree with {@link scopeToSql}; a property test proves it. */
export function scopeMatches(scope: TicketScope, action: TicketAction, facts: TicketFacts): boolean {
  if (facts.accountId !== scope.accountId) return false;
  if (scope.isSuperAdmin) return true;
  return ruleMatches(scope, scope.view, facts) && (action === 'view' || ruleMatches(scope, scope[action], facts));
}

function ruleMatches(scope: TicketScope, rule: ScopeRule, { ownerId, teamId }: TicketFacts): boolean {
  const isInTeam = teamId !== null && scope.teamIds.includes(teamId);
  if (rule.scope === 'none') return false;
  if (rule.scope === 'all' || ownerId === scope.userId) return true;
  if (rule.scope === 'team' && (isInTeam || (ownerId !== null && scope.teammateIds.includes(ownerId)))) return true;
  return rule.unassigned && ownerId === null && (teamId === null || isInTeam);
}

/** The same rule as a predicate on the columns account_id, owner_id and team_id of `alias`; `add` registers a parameter and gives its `$n`. */
export function scopeToSql(scope: TicketScope, action: TicketAction, alias: string, add: (value: unknown) => string): string {
  const account = `${alias}.account_id = ${add(scope.accountId)}::uuid`;
  if (scope.isSuperAdmin) return account;
  const rules = action === 'view' ? [scope.view] : [scope.view, scope[action]];
  return [account, ...rules.map((rule) => ruleToSql(scope, rule, alias, add))].join(' AND ');
}

function ruleToSql(scope: TicketScope, rule: ScopeRule, alias: string, add: (value: unknown) => string): string {
  if (rule.scope === 'none') return 'false';
  if (rule.scope === 'all') return 'true';
  // Registered only where it is used: PostgreSQL refuses a parameter that stands nowhere.
  const inTeam = () => `${alias}.team_id = ANY (${add(scope.teamIds)}::uuid[])`;
  const clauses = [`${alias}.owner_id = ${add(scope.userId)}::uuid`];
  if (rule.scope === 'team') clauses.push(inTeam(), `${alias}.owner_id = ANY (${add(scope.teammateIds)}::uuid[])`);
  if (rule.unassigned) clauses.push(`(${alias}.owner_id IS NULL AND (${alias}.team_id IS NULL OR ${inTeam()}))`);
  return `(${clauses.join(' OR ')})`;
}
