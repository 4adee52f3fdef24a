import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { scopeMatches, scopeToSql, type ScopeRule, type TicketFacts, type TicketScope } from './ticket-scope.js';

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
const facts: fc.Arbitrary<TicketFacts> = fc.record({ accountId: id, ownerId: fc.option(id), teamId: fc.option(id) });

/** Evaluates the predicate with three-valued logic as PostgreSQL does; the integration test asks the real one. */
function holds(sql: string, values: unknown[], row: TicketFacts): boolean {
  const column: Record<string, string | null> = { account_id: row.accountId, owner_id: row.ownerId, team_id: row.teamId };
  const js = sql
    .replaceAll(
      /t\.(\w+) = ANY \(\$(\d+)::uuid\[\]\)/g,
      (_, c: string, n: string) =>
        `(${JSON.stringify(column[c])} !== null && ${JSON.stringify(values[Number(n) - 1])}.includes(${JSON.stringify(column[c])}))`,
    )
    .replaceAll(
      /t\.(\w+) = \$(\d+)::uuid/g,
      (_, c: string, n: string) => `(${JSON.stringify(column[c])} === ${JSON.stringify(values[Number(n) - 1])})`,
    )
    .replaceAll(/t\.(\w+) IS NULL/g, (_, c: string) => `(${JSON.stringify(column[c])} === null)`)
    .replaceAll(' AND ', ' && ')
    .replaceAll(' OR ', ' || ');
  return Boolean(new Function(`return (${js});`)());
}

test('both forms of the rule agree on random scopes and tickets', () => {
  fc.assert(
    fc.property(scopes, facts, fc.constantFrom('view' as const, 'edit' as const, 'delete' as const), (scope, row, action) => {
      const values: unknown[] = [];
      const sql = scopeToSql(scope, action, 't', (value) => `$${values.push(value)}`);
      expect(holds(sql, values, row)).toBe(scopeMatches(scope, action, row));
    }),
    { numRuns: 3_000 },
  );
});

test('what one may change one may see', () => {
  fc.assert(
    fc.property(scopes, facts, (scope, row) => {
      for (const action of ['edit', 'delete'] as const)
        if (scopeMatches(scope, action, row)) expect(scopeMatches(scope, 'view', row)).toBe(true);
    }),
  );
});
