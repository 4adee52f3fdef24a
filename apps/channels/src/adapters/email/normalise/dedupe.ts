import { createHash } from 'node:crypto';
import { findBodyStart, startsWithHeader } from './header-block.js';

/** Header fields that differ between two deliveries of one mail: each hop adds its own (RFC 5321 section 4.4, RFC 6376, RFC 8617, RFC 8601). */
const TRACE = new Set([
  'received',
  'return-path',
  'delivered-to',
  'x-original-to',
  'x-delivered-to',
  'envelope-to',
  'delivery-date',
  'dkim-signature',
  'domainkey-signature',
  'authentication-results',
  'received-spf',
  'x-received',
  'x-google-smtp-source',
  'x-gm-message-state',
  'x-spam-status',
  'x-spam-score',
  'x-spam-level',
  'x-spam-flag',
  'x-spam-checker-version',
  'x-virus-scanned',
  'x-uid',
  'x-uidl',
  'status',
  'x-status',
]);

function isTrace(name: string): boolean {
  return TRACE.has(name) || name.startsWith('arc-') || name.startsWith('x-ms-exchange-') || name.startsWith('x-forefront-');
}

/**
 * SHA-256 (hex) over what the sender wrote: the header lines without trace headers, and the body bytes. Two
 * deliveries of one mail hash alike; the same Message-ID on another content does not (A15: nobody can block a
 * mail by sending its id first). The caller puts the channel account in front.
 */
export function contentHash(raw: Buffer): string {
  const hash = createHash('sha256');
  const bodyStart = startsWithHeader(raw) ? findBodyStart(raw) : 0;
  let keep = true;
  for (let pos = 0; pos < bodyStart;) {
    let end = raw.indexOf(10, pos);
    if (end < 0 || end > bodyStart) end = bodyStart;
    const stop = end > pos && raw[end - 1] === 13 ? end - 1 : end;
    const first = raw[pos];
    if (first !== 32 && first !== 9) {
      const colon = raw.subarray(pos, Math.min(stop, pos + 130)).indexOf(58);
      keep =
        colon < 0 ||
        !isTrace(
          raw
            .toString('latin1', pos, pos + colon)
            .trimEnd()
            .toLowerCase(),
        );
    }
    if (keep && stop > pos) {
      hash.update(raw.subarray(pos, stop));
      hash.update('\n');
    }
    pos = end + 1;
  }
  hash.update('\n');
  hash.update(raw.subarray(bodyStart));
  return hash.digest('hex');
}
