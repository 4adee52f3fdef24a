import { expect, test } from '@jest/globals';
import { fastest } from '@helpdesk/testing';
import { isCommonPassword } from './password.rules.js';

test.each(['password1234', 'PASSWORD1234', 'aaaaaaaaaaaaaa', 'abababababab', 'abcabcabcabc', '1q2w3e4r5t6y'])(
  '%s is tried first',
  (password) => {
    expect(isCommonPassword(password)).toBe(true);
  },
);

test.each(['correct horse battery', 'correct horse battery staple', 'Tr0ub4dor&3-and-more', 'ein ganz langer Satz'])(
  '%s is not',
  (password) => {
    expect(isCommonPassword(password)).toBe(false);
  },
);

test('a long one takes no longer', async () => {
  expect(await fastest(() => isCommonPassword('ab'.repeat(500).slice(0, 999) + 'x'))).toBeLessThan(50);
});
