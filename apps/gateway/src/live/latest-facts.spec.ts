import { expect, test } from '@jest/globals';
import { LatestFacts } from './latest-facts.js';

const ownedBy = (ownerId: string) => ({ accountId: 'acme', ownerId, teamId: null, shares: [] });

test('what an older event says counts no more', () => {
  const facts = new LatestFacts(10);
  facts.note('t', 3, ownedBy('tom'));
  expect(facts.note('t', 2, ownedBy('mira'))).toEqual({ version: 3, facts: ownedBy('tom') });
  expect(facts.note('t', 3, ownedBy('ida')).facts).toEqual(ownedBy('ida'));
  expect(facts.note('t', 4, null).facts).toBeNull();
});

test('forgets the ticket that was heard of longest ago', () => {
  const facts = new LatestFacts(2);
  for (const id of ['a', 'b', 'a', 'c']) facts.note(id, 1, null);
  expect([facts.of('a'), facts.of('b'), facts.of('c')]).toEqual([{ version: 1, facts: null }, undefined, { version: 1, facts: null }]);
});
