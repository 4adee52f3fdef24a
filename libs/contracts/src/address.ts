import type { AddressKind } from './enums.js';

/**
 * An address as it is kept and compared, whichever way it comes in: without surrounding space, mail in lower case, of a phone number the
 * digits and a leading plus (E.164).
 */
export function normaliseAddress(kind: AddressKind, value: string): string {
  const text = value.trim();
  if (kind === 'email') return text.toLowerCase();
  return kind === 'phone' ? text.replaceAll(/[^\d+]/g, '') || text : text;
}
