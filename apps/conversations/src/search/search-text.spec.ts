import { expect, test } from '@jest/globals';
import { searchTextOf } from './search-text.js';

test('what a message is found by: each part once, and long ones cut between characters', () => {
  const parts = { subject: 'Offer', text: ' Hello ', people: ['Ann', null, undefined, 'ann@x.test', 'Ann'], files: ['a.pdf', 'b.pdf'] };
  expect(searchTextOf(parts)).toBe('Offer\nHello\na.pdf, b.pdf\nAnn, ann@x.test');
  expect(searchTextOf({ subject: null, text: '', people: [], files: [] })).toBe('');
  const long = searchTextOf({ subject: null, text: `x${'🎉'.repeat(10_000)}`, people: [], files: [] });
  expect(long).toHaveLength(7_999);
  expect(long.endsWith('🎉')).toBe(true);
});
