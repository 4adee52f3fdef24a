import { canonicalCharset, decodeBytes } from './charset.js';

/** A found encoded word: `=?charset?encoding?text?=`. */
interface Word {
  start: number;
  end: number;
  charset: string;
  bytes: Buffer;
}

function decodeQ(text: string, isUnicode: boolean): Buffer {
  const out = Buffer.allocUnsafe(text.length * 3);
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 61) {
      const hex = text.slice(i + 1, i + 3);
      if (/^[0-9a-f]{2}$/i.test(hex)) {
        out[n++] = Number.parseInt(hex, 16);
        i += 2;
        continue;
      }
    }
    // A raw 8-bit byte inside the word: the header was read as Latin text before, so its code is the byte again.
    if (c > 0xff || (c > 0x7f && isUnicode)) n += out.write(text.charAt(i), n, 'utf8');
    else out[n++] = c === 95 ? 32 : c;
  }
  return out.subarray(0, n);
}

/** The encoded word that begins at `start` (a `=?`), or null. Looks at a bounded stretch only, so a scan stays linear. */
function wordAt(text: string, start: number): Word | null {
  const q1 = text.indexOf('?', start + 2);
  if (q1 < 0 || q1 - start > 80 || q1 === start + 2) return null;
  const encoding = text.charAt(q1 + 1).toLowerCase();
  if ((encoding !== 'b' && encoding !== 'q') || text.charAt(q1 + 2) !== '?') return null;
  const from = q1 + 3;
  // RFC 2047 allows 75 characters; real mailers write several hundred.
  const window = text.slice(from, from + 4000);
  let close = window.indexOf('?=');
  // Q text may hold a stray "?": `what??=` closes at the last "?" of the run.
  while (close >= 0 && window.charAt(close + 2) === '=' && window.charAt(close + 3) !== '?') close = window.indexOf('?=', close + 1);
  if (close < 0) return null;
  const body = window.slice(0, close);
  const charset = text.slice(start + 2, q1).split('*')[0] ?? ''; // RFC 2231 section 5: charset*language
  const bytes = encoding === 'b' ? Buffer.from(body, 'base64') : decodeQ(body, /^utf-?8/i.test(charset));
  return { start, end: from + close + 2, charset, bytes };
}

/**
 * Decodes the encoded words of a header value (RFC 2047). White space between two words is dropped; the bytes of
 * neighbours in the same charset are joined first, because mailers cut multi-byte characters in two.
 */
export function decodeEncodedWords(text: string): string {
  let at = text.indexOf('=?');
  if (at < 0) return text;
  const out: string[] = [];
  let done = 0;
  let run: Word[] = [];
  const flush = (): void => {
    if (run.length === 0) return;
    out.push(decodeBytes(Buffer.concat(run.map((w) => w.bytes)), (run[0] as Word).charset));
    run = [];
  };
  while (at >= 0) {
    const word = wordAt(text, at);
    if (word === null) {
      at = text.indexOf('=?', at + 2);
      continue;
    }
    const between = text.slice(done, word.start);
    const previous = run[run.length - 1];
    if (previous === undefined || between.trim() !== '') {
      flush();
      out.push(between);
    } else if (canonicalCharset(previous.charset) !== canonicalCharset(word.charset)) flush();
    run.push(word);
    done = word.end;
    at = text.indexOf('=?', done);
  }
  flush();
  out.push(text.slice(done));
  return out.join('');
}
