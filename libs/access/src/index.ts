export {
  actionToSql,
  scopeMatches,
  scopePartsToSql,
  scopeToSql,
  viewClause,
  type AccessClause,
  type ScopeLevel,
  type ScopeRule,
  type TicketScope,
} from './ticket-scope.js';
