import { expect, test } from '@jest/globals';
import { MessageLimit } from './message-limit.js';

test('takes so many in a second, and as many again in the next', () => {
  const limit = new MessageLimit(2);
  expect([0, 500, 999, 1_000, 1_001, 1_999, 2_500].map((at) => limit.takes(at))).toEqual([true, true, false, true, true, false, true]);
});
