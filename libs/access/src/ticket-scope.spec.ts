import { expect, test } from '@jest/globals';
import type { TicketAccessFacts } from '@helpdesk/contracts';
import fc from 'fast-check';
import { scopeMatches, viewClause, type ScopeRule, type TicketScope } from './ticket-scope.js';

const ids = ['00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000003'];
const id = fc.constantFrom(...ids);
const rule: fc.Arbitrary<ScopeRule> = fc.record({
  scope: fc.constantFrom('all' as const, 'team' as const, 'own' as const, 'none' as const),
  unassigned: fc.boolean(),
});
const scopes: fc.Arbitrary<TicketScope> = fc
  .record({
    accountId: id,
    userId: id,
    isSuperAdmin: fc.boolean(),
    view: rule,
    edit: rule,
    delete: rule,
    teamIds: fc.uniqueArray(id),
    mates: fc.uniqueArray(id),
  })
  .map(({ mates, ...scope }) => ({ ...scope, teammateIds: [...new Set([...mates, scope.userId])] }));
const NOW = new Date('2026-11-26T12:00:00Z');
const facts: fc.Arbitrary<TicketAccessFacts> = fc.record({
  accountId: id,
  ownerId: fc.option(id),
  teamId: fc.option(id),
  shares: fc.array(
    fc.record({
      userId: fc.option(id),
      teamId: fc.constant(null),
      expiresAt: fc.constantFrom(null, '2026-11-26T11:59:59Z', '2026-11-26T12:00:01Z'),
    }),
    { maxLength: 2 },
  ),
});

test('what one may change one may see', () => {
  fc.assert(
    fc.property(scopes, facts, (scope, row) => {
      for (const action of ['edit', 'delete'] as const)
        if (scopeMatches(scope, action, row, NOW)) expect(scopeMatches(scope, 'view', row, NOW)).toBe(true);
    }),
  );
});

test('nothing reaches another account', () => {
  fc.assert(
    fc.property(scopes, facts, (scope, row) => {
      if (viewClause(scope, row, NOW) !== null) expect(row.accountId).toBe(scope.accountId);
    }),
  );
});

test('a share shows the ticket until it ends, and lets nobody change it', () => {
  const none: ScopeRule = { scope: 'own', unassigned: false };
  const scope: TicketScope = {
    accountId: ids[0] ?? '',
    userId: ids[1] ?? '',
    isSuperAdmin: false,
    view: none,
    edit: { scope: 'own', unassigned: true },
    delete: none,
    teamIds: [],
    teammateIds: [],
  };
  const shared = (expiresAt: string | null) => ({
    accountId: scope.accountId,
    ownerId: ids[2] ?? '',
    teamId: null,
    shares: [{ userId: scope.userId, teamId: null, expiresAt }],
  });
  expect(viewClause(scope, shared(null), NOW)).toBe('share');
  expect(viewClause(scope, shared('2026-11-26T12:00:01Z'), NOW)).toBe('share');
  expect(viewClause(scope, shared('2026-11-26T12:00:00Z'), NOW)).toBeNull();
  expect(scopeMatches(scope, 'edit', shared(null), NOW)).toBe(false);
});
