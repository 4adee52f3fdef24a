import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt) as (password: string, salt: Buffer, length: number, options: ScryptOptions) => Promise<Buffer>;
/** OWASP's figures for scrypt: 128 MiB and about 0.3 s; it runs in libuv's pool, not on the event loop. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 1024 * 1024 };

/** One at a time: the memory of several would add up, and sign-ins are rare. */
let turn: Promise<unknown> = Promise.resolve();
function deriveInTurn(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  const result = turn.then(() => derive(password.normalize('NFKC'), salt, 32, options));
  turn = result.catch(() => undefined);
  return result;
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await deriveInTurn(password, salt, COST);
  return `scrypt$${COST.N}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** A hash no password has: compared against for unknown users, so that they take as long as known ones. */
let nobody: Promise<string> | undefined;

export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [, n, salt, hash] = (stored ?? (await (nobody ??= hashPassword(randomBytes(16).toString('hex'))))).split('$');
  const expected = Buffer.from(hash ?? '', 'base64url');
  const actual = await deriveInTurn(password, Buffer.from(salt ?? '', 'base64url'), { ...COST, N: Number(n) });
  return timingSafeEqual(actual, expected) && stored !== null;
}
