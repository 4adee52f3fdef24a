import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt) as (password: string, salt: Buffer, length: number, options: ScryptOptions) => Promise<Buffer>;
/** OWASP's figures for scrypt: 128 MiB and about 0.3 s; it runs in libuv's pool, not on the event loop. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 1024 * 1024 };

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password.normalize('NFKC'), salt, 32, COST);
  return `scrypt$${COST.N}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** A hash no password has: compared against for unknown users, so that they take as long as known ones. */
let nobody: Promise<string> | undefined;

export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [, n, salt, hash] = (stored ?? (await (nobody ??= hashPassword(randomBytes(16).toString('hex'))))).split('$');
  const expected = Buffer.from(hash ?? '', 'base64url');
  const actual = await derive(password.normalize('NFKC'), Buffer.from(salt ?? '', 'base64url'), 32, { ...COST, N: Number(n) });
  return timingSafeEqual(actual, expected) && stored !== null;
}
