import { expect, test } from '@jest/globals';
import { isOwnOrigin } from './origin.rules.js';

const PUBLIC = 'https://desk.example.com';

test.each([
  ['https://desk.example.com', 'desk.internal:3000', 'same-origin', true],
  ['http://localhost:3000', 'localhost:3000', 'same-origin', true],
  ['https://evil.example', 'desk.example.com', 'cross-site', false],
  ['https://desk.example.com.evil.example', 'desk.example.com', undefined, false],
  ['null', 'desk.example.com', undefined, false],
  ['http://localhost:4000', 'localhost:3000', 'same-site', false],
  [undefined, 'desk.example.com', undefined, true],
  [undefined, 'desk.example.com', 'same-origin', true],
  [undefined, 'desk.example.com', 'same-site', false],
  [undefined, 'desk.example.com', 'cross-site', false],
])('origin %s, host %s, site %s → %s', (origin, host, fetchSite, allowed) => {
  expect(isOwnOrigin({ origin, host, fetchSite }, PUBLIC)).toBe(allowed);
});
