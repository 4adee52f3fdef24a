import { randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const PERIOD_SECONDS = 30;
/** A clock that goes wrong by less than half a minute is borne with. */
const WINDOW = 1;
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
/** 31 characters, none of which looks like another; 12 of them are 59 bits. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';
const LENGTH = 12;

export const newSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

/** RFC 6238 as every authenticator app takes it: SHA-1, six digits, 30 s. */
export const generatorOf = (secret: string, issuer: string, label: string) =>
  new TOTP({ issuer, label, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS });

/** The time step a code belongs to; null when it is wrong. */
export function stepOf(secret: string, code: string, nowMs: number): number | null {
  const delta = generatorOf(secret, '', '').validate({ token: code, timestamp: nowMs, window: WINDOW });
  return delta === null ? null : Math.floor(nowMs / 1000 / PERIOD_SECONDS) + delta;
}

/** What people type between the characters does not count. */
export const plain = (typed: string): string => typed.replaceAll(/[\s-]/g, '').toLowerCase();

/** `abcd-efgh-jkmn`, each good for one sign-in. */
export const newRecoveryCodes = (): string[] => Array.from({ length: RECOVERY_CODES }, newRecoveryCode);

function newRecoveryCode(): string {
  const code = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return code.replaceAll(/.{4}(?=.)/g, '$&-');
}
