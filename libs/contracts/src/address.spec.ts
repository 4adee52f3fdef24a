import { expect, test } from '@jest/globals';
import type { AddressKind } from './enums.js';
import { normaliseAddress } from './address.js';

test.each<[AddressKind, string, string]>([
  ['email', ' Anna@Customer.Example ', 'anna@customer.example'],
  ['phone', '+49 (30) 123-4567', '+49301234567'],
  ['phone', 'anonymous', 'anonymous'],
  ['handle', ' @Anna ', '@Anna'],
])('%s %p is kept as %p', (kind, value, kept) => {
  expect(normaliseAddress(kind, value)).toBe(kept);
});
