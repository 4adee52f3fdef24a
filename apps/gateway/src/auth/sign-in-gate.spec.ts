import { expect, test } from '@jest/globals';
import { SignInGate } from './sign-in-gate.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('wrong guesses sent together are no more than those sent one by one', async () => {
  const gate = new SignInGate(5, 10, 100);
  let failed = 0;
  const guess = () =>
    gate.run(
      'a@example.com',
      async () => failed,
      async () => {
        await turn();
        failed += 1;
        return 'wrong';
      },
    );
  const answers = await Promise.all(Array.from({ length: 20 }, guess));
  expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(5);
});

test('right ones all come through, never more at once than allowed', async () => {
  const gate = new SignInGate(5, 2, 100);
  let running = 0;
  let most = 0;
  const signIn = () =>
    gate.run(
      'a@example.com',
      async () => 0,
      async () => {
        most = Math.max(most, (running += 1));
        await turn();
        running -= 1;
        return 'in';
      },
    );
  expect(await Promise.all(Array.from({ length: 12 }, signIn))).toEqual(Array.from({ length: 12 }, () => 'in'));
  expect(most).toBe(2);
});
