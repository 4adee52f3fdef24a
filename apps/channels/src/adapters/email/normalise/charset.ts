import { createRequire } from 'node:module';
import { TextDecoder } from 'node:util';

/** Names seen in mail that the Encoding Standard (TextDecoder) does not list. */
const ALIASES = new Map(
  Object.entries({
    'unicode-1-1-utf-7': 'utf-7',
    'x-gbk': 'gbk',
    cp936: 'gbk',
    'euc-cn': 'gbk',
    gb_2312: 'gbk',
    'x-euc-jp': 'euc-jp',
    'shift-jis': 'shift_jis',
    'x-shift_jis': 'shift_jis',
    cp932: 'shift_jis',
    cp949: 'euc-kr',
    uhc: 'euc-kr',
    'x-big5': 'big5',
    'big5-hkscs': 'big5',
    cp950: 'big5',
    ansi_x3: 'windows-1252',
    '8bit': '',
    '7bit': '',
    binary: '',
    none: '',
    default: '',
    'unknown-8bit': '',
    'x-unknown': '',
    unknown: '',
  }),
);

/** The part of iconv-lite used here (it is loaded only for the rare charsets TextDecoder lacks: its tables cost 8 MB). */
interface IconvLite {
  encodingExists(name: string): boolean;
  decode(bytes: Buffer, name: string): string;
}

const require = createRequire(import.meta.url);
const decoders = new Map<string, TextDecoder | null>();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
let iconv: IconvLite | null | undefined;

function loadIconv(): IconvLite | null {
  if (iconv === undefined) {
    try {
      iconv = require('iconv-lite') as IconvLite;
    } catch {
      iconv = null;
    }
  }
  return iconv;
}

function decoderFor(label: string): TextDecoder | null {
  let decoder = decoders.get(label);
  if (decoder === undefined) {
    try {
      decoder = new TextDecoder(label, { ignoreBOM: true });
    } catch {
      decoder = null;
    }
    if (decoders.size < 200) decoders.set(label, decoder); // labels come from mail: the cache must not grow with them
  }
  return decoder;
}

/** The charset label as TextDecoder or iconv-lite knows it; empty when it names no charset. */
export function canonicalCharset(label: string | null): string {
  const clean = (label ?? '')
    .toLowerCase()
    .replace(/^[\s"']+|[\s"';]+$/g, '')
    .replace(/^cs(?=iso|utf)/, '');
  const alias = ALIASES.get(clean);
  if (alias !== undefined) return alias;
  const windows = /^(?:cp|windows-?|win-?|x-cp)(125\d|874)$/.exec(clean);
  if (windows) return `windows-${windows[1]}`;
  const iso = /^iso[-_ ]?8859[-_ ]?(\d{1,2})(?:[-_:].*)?$/.exec(clean);
  if (iso) return `iso-8859-${iso[1]}`;
  return clean;
}

/** True when the bytes are valid UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) > 0x7f) return false;
  return true;
}

/**
 * Bytes to text. Never fails: a missing, wrong or unknown charset is replaced by what the bytes look like (valid
 * UTF-8 is never valid Latin text by chance, so it wins), then by `fallback`, then by windows-1252, which maps
 * every byte. ISO-2022-JP is recognised by its escape sequences (RFC 1468), because old mailers send it undeclared.
 */
export function decodeBytes(bytes: Buffer, charset: string | null, fallback: string | null = null): string {
  const label = canonicalCharset(charset);
  if (label === '' || label === 'utf-8' || label === 'utf8' || label === 'us-ascii' || label === 'ascii') {
    return stripBom(decodeUndeclared(bytes, fallback));
  }
  if (label === 'utf-7' || label === 'utf-7-imap') return loadIconv()?.decode(bytes, label) ?? bytes.toString('latin1');
  const decoder = decoderFor(label);
  if (decoder !== null) {
    // An 8-bit charset is often declared by habit over a body that is UTF-8.
    if ((label === 'iso-8859-1' || label === 'windows-1252') && looksLikeUtf8(bytes)) return stripBom(bytes.toString('utf8'));
    return stripBom(decoder.decode(bytes));
  }
  const other = loadIconv();
  if (other?.encodingExists(label) && label !== 'base64' && label !== 'hex') return stripBom(other.decode(bytes, label));
  return stripBom(decodeUndeclared(bytes, fallback));
}

function decodeUndeclared(bytes: Buffer, fallback: string | null): string {
  if (isAscii(bytes)) {
    const text = bytes.toString('latin1');
    return text.includes('\u001b$') ? (decoderFor('iso-2022-jp')?.decode(bytes) ?? text) : text;
  }
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const label = canonicalCharset(fallback);
  if (label !== '' && !/^(?:us-)?ascii$|^utf-?8$/.test(label)) {
    const decoder = decoderFor(label);
    if (decoder !== null) return decoder.decode(bytes);
  }
  return isMostlyUtf8(bytes) ? bytes.toString('utf8') : (decoderFor('windows-1252')?.decode(bytes) ?? bytes.toString('latin1'));
}

/** At least two multi-byte sequences and nothing invalid: no real Latin-1 text looks like that. */
function looksLikeUtf8(bytes: Buffer): boolean {
  let high = 0;
  for (let i = 0; i < bytes.length && high < 4; i++) if ((bytes[i] as number) > 0x7f) high++;
  return high >= 4 && isUtf8(bytes);
}

/** UTF-8 with a few broken bytes (cut in the middle of a character) is still UTF-8. */
function isMostlyUtf8(bytes: Buffer): boolean {
  let good = 0;
  let bad = 0;
  for (let i = 0; i < bytes.length; i++) {
    const b = bytes[i] as number;
    if (b < 0x80) continue;
    const more = b >= 0xc2 && b < 0xe0 ? 1 : b >= 0xe0 && b < 0xf0 ? 2 : b >= 0xf0 && b < 0xf5 ? 3 : 0;
    let j = 1;
    while (j <= more && ((bytes[i + j] ?? 0) & 0xc0) === 0x80) j++;
    if (more > 0 && j > more) {
      good++;
      i += more;
    } else bad++;
  }
  return good > bad * 4;
}

function stripBom(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** ES2024, in Node 20 but not in this TypeScript `lib`. */
interface WellFormedString {
  toWellFormed(): string;
}

/** Text PostgreSQL accepts: no U+0000, no lone surrogates (they come from broken entities and UTF-16). */
export function cleanText(text: string): string {
  const withoutNul = text.includes('\u0000') ? text.replaceAll('\u0000', '') : text;
  return (withoutNul as unknown as WellFormedString).toWellFormed();
}
