import type { Keys } from './keys.js';

/** A file somebody outside may fetch without signing in, for a while. */
export interface LinkedFile {
  sha256: string;
  filename: string;
  contentType: string;
}

const LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/** The path of a link that works for a week; it names one file and nothing else. */
export function fileLink(keys: Keys, { sha256, filename, contentType }: LinkedFile, now = Date.now()): string {
  const body = Buffer.from(JSON.stringify([sha256, filename, contentType, now + LIFETIME_MS])).toString('base64url');
  return `/public/files/${body}.${keys.sign('file-link', body)}`;
}

/** The file a link's token names; null when it was changed, made up, or is too old. */
export function readFileLink(keys: Keys, token: string, now = Date.now()): LinkedFile | null {
  const [body, signature] = token.split('.');
  if (!body || !signature || !keys.verify('file-link', body, signature)) return null;
  const [sha256, filename, contentType, until] = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as [
    string,
    string,
    string,
    number,
  ];
  return until > now ? { sha256, filename, contentType } : null;
}
