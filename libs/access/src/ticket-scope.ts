import type { TicketAccessFacts, TicketAction, TicketShare } from '@helpdesk/contracts';

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

/** The part of the rule that lets somebody see a ticket; null = nothing does. */
export type AccessClause = 'super_admin' | 'all' | 'owner' | 'team' | 'teammate' | 'unassigned' | 'share';

/** The rule in memory: for live events, pickers and single decisions. Must agree with {@link scopeToSql}; a property test proves it. */
export function scopeMatches(scope: TicketScope, action: TicketAction, facts: TicketAccessFacts, now = new Date()): boolean {
  if (viewClause(scope, facts, now) === null) return false;
  return action === 'view' || scope.isSuperAdmin || ruleClause(scope, scope[action], facts) !== null;
}

/** Why this user sees the ticket: the first part of the rule that holds, null when he does not see it. */
export function viewClause(scope: TicketScope, facts: TicketAccessFacts, now = new Date()): AccessClause | null {
  if (facts.accountId !== scope.accountId) return null;
  if (scope.isSuperAdmin) return 'super_admin';
  return ruleClause(scope, scope.view, facts) ?? (facts.shares.some((share) => isOpen(scope, share, now)) ? 'share' : null);
}

function ruleClause(scope: TicketScope, rule: ScopeRule, { ownerId, teamId }: TicketAccessFacts): AccessClause | null {
  if (rule.scope === 'none') return null;
  if (rule.scope === 'all') return 'all';
  if (ownerId === scope.userId) return 'owner';
  const isInTeam = teamId !== null && scope.teamIds.includes(teamId);
  if (rule.scope === 'team' && isInTeam) return 'team';
  if (rule.scope === 'team' && ownerId !== null && scope.teammateIds.includes(ownerId)) return 'teammate';
  return rule.unassigned && ownerId === null && (teamId === null || isInTeam) ? 'unassigned' : null;
}

function isOpen(scope: TicketScope, { userId, teamId, expiresAt }: TicketShare, now: Date): boolean {
  const isHis = userId === scope.userId || (teamId !== null && scope.teamIds.includes(teamId));
  return isHis && (expiresAt === null || new Date(expiresAt) > now);
}

/**
 * The same rule as a predicate on `alias`, a row of tickets.ticket; `add` registers a parameter and gives its `$n`. The policy `in_sight` in
 * apps/tickets/src/migrations says the same a third time, as the second wall.
 */
export function scopeToSql(scope: TicketScope, action: TicketAction, alias: string, add: (value: unknown) => string): string {
  const conditions = [`${alias}.account_id = ${add(scope.accountId)}::uuid`];
  if (scope.isSuperAdmin) return conditions.join(' AND ');
  const rule = ruleToSql(scope, scope.view, alias, add);
  // Said twice: PostgreSQL goes by index only for what cannot leak under row-level security, and a sub-select might.
  if (rule !== 'true') conditions.push(`(${rule} OR ${alias}.is_shared)`, `(${rule} OR ${shareToSql(scope, alias, add)})`);
  if (action !== 'view') conditions.push(ruleToSql(scope, scope[action], alias, add));
  return conditions.join(' AND ');
}

/**
 * Two parts that together are {@link scopeToSql} for `view`: what owner and team alone decide, on any row that has them, and the tickets
 * that only a share opens; 'false' where there can be none of them. For sums over tickets that have owner and team in common.
 */
export function scopePartsToSql(scope: TicketScope, row: string, ticket: string, add: (value: unknown) => string) {
  const account = add(scope.accountId);
  const seesAll = scope.isSuperAdmin || scope.view.scope === 'all';
  const rule = (alias: string) => (seesAll ? 'true' : ruleToSql(scope, scope.view, alias, add));
  return {
    byRule: `${row}.account_id = ${account}::uuid AND ${rule(row)}`,
    // Without an owner or a team the rule may be neither true nor false.
    byShareAlone: seesAll
      ? 'false'
      : `${ticket}.account_id = ${account}::uuid AND ${shareToSql(scope, ticket, add)} AND ${rule(ticket)} IS NOT TRUE`,
  };
}

/** Whether an action covers a row with owner and team, of those that are seen. */
export const actionToSql = (
  scope: TicketScope,
  action: Exclude<TicketAction, 'view'>,
  row: string,
  add: (value: unknown) => string,
): string => (scope.isSuperAdmin ? 'true' : ruleToSql(scope, scope[action], row, add));

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

function shareToSql(scope: TicketScope, alias: string, add: (value: unknown) => string): string {
  const his = `(s.user_id = ${add(scope.userId)}::uuid OR s.team_id = ANY (${add(scope.teamIds)}::uuid[]))`;
  return `(${alias}.is_shared AND EXISTS (SELECT 1 FROM tickets.ticket_share s WHERE s.account_id = ${alias}.account_id
    AND s.ticket_id = ${alias}.id AND (s.expires_at IS NULL OR s.expires_at > now()) AND ${his}))`;
}
