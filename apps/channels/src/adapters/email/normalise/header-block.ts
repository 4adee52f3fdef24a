import { decodeBytes } from './charset.js';
import { decodeEncodedWords } from './encoded-words.js';

/** One header field. `raw` is the unfolded value, one character per byte (latin1), so nothing is decoded before it is needed. */
export interface HeaderField {
  /** Lower case. */
  name: string;
  raw: string;
}

/** A header block and where the body begins. */
export interface HeaderBlock {
  fields: HeaderField[];
  /** Offset of the first body byte. */
  bodyStart: number;
}

/** Beyond this a header is an attack, not a header; the rest of the block is skipped. */
const MAX_HEADER_BYTES = 4 * 1024 * 1024;
const MAX_FIELDS = 10_000;
const FIELD_NAME = /^[!-9;-~]{1,120}$/;

/** True when the bytes begin with a header field (or an mbox `From ` line, or the empty line of a mail without headers). */
export function startsWithHeader(raw: Buffer): boolean {
  const newline = raw.indexOf(10);
  const line = raw.toString('latin1', 0, Math.min(newline < 0 ? raw.length : newline, 2000)).replace(/\r$/, '');
  if (line === '' || /^>?From /.test(line)) return true;
  const colon = line.indexOf(':');
  return colon > 0 && FIELD_NAME.test(line.slice(0, colon).trimEnd());
}

/** Bytes without the blank lines some gateways put in front of the header (lines of spaces; a truly empty line ends the header). */
export function skipBlankLead(raw: Buffer): Buffer {
  let pos = 0;
  while (pos < raw.length && (raw[pos] === 32 || raw[pos] === 9 || raw[pos] === 13 || raw[pos] === 10)) pos++;
  const isSpaceLine = raw[0] === 32 || raw[0] === 9;
  return isSpaceLine && raw.subarray(0, pos).includes(10) && startsWithHeader(raw.subarray(pos)) ? raw.subarray(pos) : raw;
}

/** End of the header block: the offset behind the first empty line, or the end of the bytes. */
export function findBodyStart(raw: Buffer): number {
  let pos = 0;
  while (pos < raw.length) {
    if (raw[pos] === 10) return pos + 1;
    if (raw[pos] === 13 && raw[pos + 1] === 10) return pos + 2;
    const newline = raw.indexOf(10, pos);
    if (newline < 0) return raw.length;
    pos = newline + 1;
  }
  return raw.length;
}

/**
 * Splits the header block into fields in one pass (RFC 5322 section 2.2: folded lines are joined, the white space
 * stays). Lines that are no fields are skipped; bytes without any header give no fields and `bodyStart` 0.
 */
export function readHeaderBlock(raw: Buffer): HeaderBlock {
  if (!startsWithHeader(raw)) return { fields: [], bodyStart: 0 };
  const bodyStart = findBodyStart(raw);
  const text = raw.toString('latin1', 0, Math.min(bodyStart, MAX_HEADER_BYTES));
  const fields: HeaderField[] = [];
  let name = '';
  let pieces: string[] = [];
  const flush = (): void => {
    if (name !== '') fields.push({ name, raw: pieces.length === 1 ? (pieces[0] as string) : pieces.join('') });
    name = '';
  };
  for (let pos = 0; pos < text.length && fields.length < MAX_FIELDS;) {
    let end = text.indexOf('\n', pos);
    if (end < 0) end = text.length;
    const stop = end > pos && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    const first = text.charCodeAt(pos);
    if ((first === 32 || first === 9) && name !== '') {
      pieces.push(text.slice(pos, stop));
    } else if (stop > pos) {
      flush();
      const colon = text.indexOf(':', pos);
      const candidate = colon > pos && colon < stop && colon - pos < 130 ? text.slice(pos, colon).trimEnd() : '';
      if (FIELD_NAME.test(candidate)) {
        name = candidate.toLowerCase();
        pieces = [text.slice(colon + 1, stop)];
      }
    }
    pos = end + 1;
  }
  flush();
  return { fields, bodyStart };
}

/** The raw value of the first field of that name (the one mail programs show when a header is doubled). */
export function firstRaw(fields: HeaderField[], name: string): string | null {
  for (const field of fields) if (field.name === name) return field.raw;
  return null;
}

/** All raw values of that name, top first. */
export function allRaw(fields: HeaderField[], name: string): string[] {
  const values: string[] = [];
  for (const field of fields) if (field.name === name) values.push(field.raw);
  return values;
}

/** Charset named by the Content-Type: what raw 8-bit headers are most likely written in when they are not UTF-8. */
export function charsetHint(fields: HeaderField[]): string | null {
  const found = /charset\s*=\s*"?([\w.:-]{2,40})/i.exec(firstRaw(fields, 'content-type')?.slice(0, 2000) ?? '');
  return found?.[1] ?? null;
}

/** Raw 8-bit header bytes as text (RFC 6532 UTF-8 first, then the hint, then windows-1252). */
export function decodeRaw(raw: string, hint: string | null): string {
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code > 0x7f || code === 0x1b) return decodeBytes(Buffer.from(raw, 'latin1'), null, hint);
  }
  return raw;
}

/** An unstructured header value for people to read: 8-bit bytes and encoded words (RFC 2047) decoded, ends trimmed. */
export function decodeHeaderText(raw: string, hint: string | null): string {
  return decodeEncodedWords(decodeRaw(raw, hint))
    .replace(/[\r\n]+/g, ' ')
    .trim();
}
