import { expect, test } from '@jest/globals';
import { Problem } from '@helpdesk/platform';
import { listIdOf, readCursor, restOf, stretchesOf, writeCursor } from './listing.rules.js';

const ID = '00000000-0000-7000-8000-000000000001';
const VALUE = '1779811200123456';
const PLAIN = stretchesOf('-lastActivityAt');

test('a cursor comes back as it went out', () => {
  expect(readCursor(writeCursor('-lastActivityAt', VALUE, ID), '-lastActivityAt', PLAIN)).toEqual({ value: VALUE, id: ID });
});

test.each([
  ['is no base64', '%%%'],
  ['is no JSON', Buffer.from('[').toString('base64url')],
  ['holds nothing', Buffer.from('null').toString('base64url')],
  ['belongs to another order', writeCursor('createdAt', VALUE, ID)],
  ['names a day', writeCursor('-lastActivityAt', '2026-19-39 00:00:00+00', ID)],
  ['is longer than any time', writeCursor('-lastActivityAt', '9'.repeat(17), ID)],
  ['names a row without a time, where all have one', writeCursor('-lastActivityAt', '', ID)],
  ['names no row', writeCursor('-lastActivityAt', VALUE, '-'.repeat(36))],
])('one that %s is refused before the database sees it', (_what, cursor) => {
  expect(() => readCursor(cursor, '-lastActivityAt', PLAIN)).toThrow(Problem);
});

test('what has no value comes last, and a cursor there leaves the rest behind', () => {
  const stretches = stretchesOf('slaDueAt');
  expect(stretches.map(({ orderBy }) => orderBy)).toEqual(['t.sla_due_at ASC, t.id ASC', 't.id ASC']);
  expect(restOf(stretches, readCursor(writeCursor('slaDueAt', '', ID), 'slaDueAt', stretches))).toEqual(stretches.slice(1));
  expect(restOf(stretches, { value: VALUE, id: ID })).toEqual(stretches);
});

test('a list is told from others by its order and by everything that chooses its tickets', () => {
  const ids = [{}, { view: 'mine' }, { q: 'x' }, { contactId: ID }, { filter: { field: 'name', op: 'eq' as const, value: 'x' } }].map(
    (args) => listIdOf(args, 'number'),
  );
  expect(new Set([...ids, listIdOf({}, '-number')]).size).toBe(6);
  expect(listIdOf({ view: 'mine' }, 'number')).toBe(ids[1]);
});
