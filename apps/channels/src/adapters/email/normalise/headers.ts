import { parseAddresses } from './addresses.js';
import { cleanText } from './charset.js';
import { decodeEncodedWords } from './encoded-words.js';
import { charsetHint, decodeHeaderText, firstRaw, type HeaderField, readHeaderBlock, skipBlankLead } from './header-block.js';
import type { HeaderScan, MailAddress } from './normalised-mail.js';

/** More ids than any thread has; bounds what a forged References header can make us look up. */
const MAX_REFERENCES = 1000;
const MAX_ID_LENGTH = 998; // RFC 5322 section 2.1.1: no line, so no id, is longer

/**
 * Message ids of a header value, without `<>`, in order, without doubles and never empty (W-06: empty ids matched
 * each other and threw all mail into one conversation). Values without brackets are split at white space.
 */
export function parseMessageIds(raw: string | null): string[] {
  if (raw === null) return [];
  const value = raw.includes('=?') ? decodeEncodedWords(raw) : raw;
  const ids = new Set<string>();
  const add = (text: string): void => {
    const id = cleanText(text).replace(/\s+/g, '');
    if (id !== '' && id.length <= MAX_ID_LENGTH && ids.size < MAX_REFERENCES) ids.add(id);
  };
  let open = value.indexOf('<');
  if (open < 0) {
    for (const token of value.split(/[\s,;]+/)) add(token.replace(/[<>]/g, ''));
    return [...ids];
  }
  while (open >= 0) {
    const close = value.indexOf('>', open + 1);
    const next = value.indexOf('<', open + 1);
    if (close < 0) {
      add(
        value
          .slice(open + 1)
          .trim()
          .split(/\s/)[0] ?? '',
      );
      break;
    }
    if (next >= 0 && next < close) {
      open = next; // an unclosed "<" in front of a good id
      continue;
    }
    add(value.slice(open + 1, close));
    open = next;
  }
  return [...ids];
}

/** All references of a mail: every References field, oldest first. */
export function parseReferences(fields: HeaderField[]): string[] {
  const ids: string[] = [];
  for (const field of fields) if (field.name === 'references') ids.push(...parseMessageIds(field.raw));
  return [...new Set(ids)];
}

/** The sender: From, else the Sender header. Null when neither holds a mailbox. */
export function readFrom(fields: HeaderField[], hint: string | null): MailAddress | null {
  return parseAddresses(firstRaw(fields, 'from'), hint)[0] ?? parseAddresses(firstRaw(fields, 'sender'), hint)[0] ?? null;
}

/** The decoded subject on one line; empty when there is none. */
export function readSubject(fields: HeaderField[], hint: string | null): string {
  const raw = firstRaw(fields, 'subject');
  return raw === null ? '' : cleanText(decodeHeaderText(raw.length > 100_000 ? raw.slice(0, 100_000) : raw, hint));
}

/**
 * Reads what threading and the list of mails need from the header block alone. Cheap and linear, for the main thread;
 * gives a sensible answer for any bytes (no header, a header of 1 MB, binary) and never throws.
 */
export function scanHeaders(raw: Buffer): HeaderScan {
  const { fields } = readHeaderBlock(skipBlankLead(raw));
  const hint = charsetHint(fields);
  const messageId = parseMessageIds(firstRaw(fields, 'message-id'))[0] ?? null;
  const inReplyTo = parseMessageIds(firstRaw(fields, 'in-reply-to'))[0] ?? null;
  const references = parseReferences(fields);
  return {
    messageId,
    inReplyTo,
    references,
    threadRoot: references[0] ?? inReplyTo ?? messageId,
    subject: readSubject(fields, hint),
    from: readFrom(fields, hint),
  };
}
