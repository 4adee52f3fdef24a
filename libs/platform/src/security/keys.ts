import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Purposes a key is derived for; one master secret, no key used twice. */
type Purpose = 'rpc' | 'reply-token' | 'channel-secret' | 'database-role' | 'subject-tag' | 'file-link' | 'recovery-code';

/**
 * Everything derived from SECRET_KEY. HMAC-SHA256 for signatures, AES-256-GCM for secrets at rest whose additional data names the place
 * they belong to, so a ciphertext copied to another row does not decrypt.
 */
export class Keys {
  private readonly derived = new Map<Purpose, Buffer>();

  constructor(private readonly secret: string) {}

  private key(purpose: Purpose): Buffer {
    let key = this.derived.get(purpose);
    if (!key) this.derived.set(purpose, (key = Buffer.from(hkdfSync('sha256', this.secret, 'helpdesk', purpose, 32))));
    return key;
  }

  /** Hex HMAC-SHA256 of `text`. */
  sign(purpose: Purpose, text: string): string {
    return createHmac('sha256', this.key(purpose)).update(text).digest('hex');
  }

  /** Constant-time check of a signature, which may be cut to `length` hex characters. */
  verify(purpose: Purpose, text: string, signature: string, length = 64): boolean {
    return safeEqual(this.sign(purpose, text).slice(0, length), signature);
  }

  encrypt(plain: string, place: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key('channel-secret'), iv).setAAD(Buffer.from(place));
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return `v1.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`;
  }

  /** Throws when the ciphertext was changed or belongs to another place. */
  decrypt(sealed: string, place: string): string {
    const bytes = Buffer.from(sealed.replace(/^v1\./, ''), 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.key('channel-secret'), bytes.subarray(0, 12)).setAAD(Buffer.from(place));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  }
}

/** Compares without telling by time how much agrees. */
export function safeEqual(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
