export { scopeMatches, scopeToSql, type ScopeLevel, type ScopeRule, type TicketFacts, type TicketScope } from './ticket-scope.js';
