import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Principal } from './principal.js';
import { RecentPrincipals } from './recent-principals.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const anna = { userId: 'anna' } as Principal;

test('who asked a moment ago is not read again, until something changed', async () => {
  const recent = new RecentPrincipals();
  let reads = 0;
  const read = async () => ({ ...anna, name: `read ${(reads += 1)}` });
  expect([await recent.find('a', read), await recent.find('a', read), reads]).toMatchObject([{ name: 'read 1' }, { name: 'read 1' }, 1]);
  await recent.find('b', read);
  recent.forget();
  expect([await recent.find('a', read), reads]).toMatchObject([{ name: 'read 3' }, 3]);
  jest.advanceTimersByTime(300);
  expect(await recent.find('a', read)).toMatchObject({ name: 'read 4' });
});

test('what was being read while something changed is not kept', async () => {
  const recent = new RecentPrincipals();
  let answer: (principal: Principal) => void = () => undefined;
  const old = recent.find('a', () => new Promise((resolve) => (answer = resolve)));
  recent.forget();
  answer({ ...anna, name: 'before' });
  expect(await old).toMatchObject({ name: 'before' });
  expect(await recent.find('a', async () => ({ ...anna, name: 'after' }))).toMatchObject({ name: 'after' });
});

test('nobody is remembered as unknown', async () => {
  const recent = new RecentPrincipals();
  expect(await recent.find('a', async () => undefined)).toBeUndefined();
  expect(await recent.find('a', async () => anna)).toBe(anna);
});
