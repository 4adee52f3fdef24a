import type { Keys } from '@helpdesk/platform';

/** `[#1234-k9m2x7qa]`: a ticket number with a signature, for mail programs that keep nothing but the subject (D-24). */
const TAG = /\[#(\d{1,10})-([a-z0-9]{8})\]/gi;

const signature = (keys: Keys, accountId: string, number: number) =>
  BigInt(`0x${keys.sign('subject-tag', `${accountId}/${number}`)}`)
    .toString(36)
    .slice(0, 8);

export const subjectTag = (keys: Keys, accountId: string, number: number) => `[#${number}-${signature(keys, accountId, number)}]`;

/** Numbers whose signature is right. A bare number is never one. */
export function taggedNumbers(keys: Keys, accountId: string, subject: string): number[] {
  const numbers = [...subject.slice(0, 1_000).matchAll(TAG)].filter(
    (m) => signature(keys, accountId, Number(m[1])) === m[2]?.toLowerCase(),
  );
  return [...new Set(numbers.map((m) => Number(m[1])))];
}
