import type { Keys } from '@helpdesk/platform';

/**
 * `t.<conversation>.<signature>`: the plus suffix of our Reply-To. Lower-case base 32, since mail servers may change the case of a local
 * part; the signature is 100 bits, and the whole stays below the 64 characters of RFC 5321 section 4.5.3.1.1.
 */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const SIGNATURE_LENGTH = 20;
const ID_LENGTH = 26;

function base32(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      text += ALPHABET[(value >>> (bits - 5)) & 31];
      bits -= 5;
      value &= (1 << bits) - 1;
    }
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text;
}

const encodeId = (id: string) => base32(Buffer.from(id.replaceAll('-', ''), 'hex'));

function decodeId(text: string): string | null {
  let value = 0n;
  for (const char of text) {
    const digit = ALPHABET.indexOf(char);
    if (digit < 0) return null;
    value = (value << 5n) | BigInt(digit);
  }
  const hex = (value >> 2n).toString(16).padStart(32, '0');
  if (hex.length !== 32) return null;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const signatureOf = (keys: Keys, accountId: string, id: string) =>
  base32(Buffer.from(keys.sign('reply-token', `${accountId}/${id}`), 'hex')).slice(0, SIGNATURE_LENGTH);

export function makeReplyToken(keys: Keys, accountId: string, conversationId: string): string {
  const id = encodeId(conversationId);
  return `t.${id}.${signatureOf(keys, accountId, id)}`;
}

/** The conversation a token names; null when its signature is not ours for this account. */
export function readReplyToken(keys: Keys, accountId: string, token: string): string | null {
  const [mark, id, signature] = token.toLowerCase().split('.');
  if (mark !== 't' || id?.length !== ID_LENGTH || signature?.length !== SIGNATURE_LENGTH) return null;
  if (signatureOf(keys, accountId, id) !== signature) return null;
  return decodeId(id);
}
