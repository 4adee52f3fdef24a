export {
  scopeMatches,
  scopeToSql,
  viewClause,
  type AccessClause,
  type ScopeLevel,
  type ScopeRule,
  type TicketFacts,
  type TicketScope,
  type TicketShare,
} from './ticket-scope.js';
