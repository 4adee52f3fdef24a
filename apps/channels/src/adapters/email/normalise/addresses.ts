import addressparser from 'nodemailer/lib/addressparser';
import { cleanText } from './charset.js';
import { decodeEncodedWords } from './encoded-words.js';
import { decodeRaw } from './header-block.js';
import type { MailAddress } from './normalised-mail.js';

/** More recipients than any list we would ever answer; the rest is left out with a warning. */
export const MAX_RECIPIENTS = 10_000;
const MAX_ADDRESS_HEADER = 1024 * 1024;

/**
 * Mailboxes of an address header (RFC 5322 section 3.4). Groups are flattened, encoded words (RFC 2047) in names are
 * decoded after the list is split, so an encoded comma or bracket never makes an address.
 */
export function parseAddresses(raw: string | null, hint: string | null): MailAddress[] {
  if (raw === null) return [];
  const value = decodeRaw(raw.length > MAX_ADDRESS_HEADER ? raw.slice(0, MAX_ADDRESS_HEADER) : raw, hint);
  const found: MailAddress[] = [];
  for (const entry of addressparser(value, { flatten: true })) {
    if (found.length > MAX_RECIPIENTS) break;
    const address = cleanText(decodeEncodedWords(entry.address)).trim();
    const name = cleanText(decodeEncodedWords(entry.name))
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/^'(.*)'$/, '$1'); // Outlook puts names in single quotes
    if (address !== '' || name !== '') found.push({ address, name });
  }
  return found;
}
