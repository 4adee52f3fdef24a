import { expect, test } from '@jest/globals';
import type { PresenceState } from '@helpdesk/contracts';
import { PresenceBoard } from './presence-board.js';

const boardWith = (...words: [string, string, PresenceState][]) => {
  const board = new PresenceBoard(30_000);
  for (const [socketId, userId, state] of words) board.note('t', socketId, { userId, state, replica: 'here' }, 0);
  return board;
};

test('each user once, with the most that any of his windows does', () => {
  const board = boardWith(['1', 'tom', 'viewing'], ['2', 'mira', 'typing_comment'], ['3', 'tom', 'typing_reply'], ['4', 'tom', 'viewing']);
  expect(board.users('t')).toEqual([
    { userId: 'mira', state: 'typing_comment' },
    { userId: 'tom', state: 'typing_reply' },
  ]);
});

test('it is news when somebody comes, changes or goes, not when he says the same again', () => {
  const board = boardWith(['1', 'tom', 'viewing']);
  expect(board.news('t')).toHaveLength(1);
  board.note('t', '1', { userId: 'tom', state: 'viewing', replica: 'here' }, 1);
  expect(board.news('t')).toBeUndefined();
  board.note('t', '1', { userId: 'tom', state: 'typing_reply', replica: 'here' }, 2);
  expect(board.news('t')).toEqual([{ userId: 'tom', state: 'typing_reply' }]);
  board.leave('t', '1');
  expect(board.news('t')).toEqual([]);
  expect(board.ticketIds()).toEqual([]);
});

test('a word that is not repeated holds no longer than it may', () => {
  const board = boardWith(['1', 'tom', 'viewing']);
  board.note('t', '2', { userId: 'mira', state: 'viewing', replica: 'there' }, 20_000);
  board.expire(30_000);
  expect(board.users('t').map(({ userId }) => userId)).toEqual(['mira']);
  expect([board.ticketsOf('1'), board.ticketsOf('2'), board.socketsOf('there', 't'), board.socketsOf('here', 't')]).toEqual([
    [],
    ['t'],
    ['2'],
    [],
  ]);
});
