const LINE = 76;

/** A header's text: as it is when it is plain ASCII, else encoded words of at most 75 characters, folded (RFC 2047). */
export function encodedWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const words: string[] = [];
  let part = '';
  for (const char of text) {
    if (Buffer.byteLength(part + char) > 39) {
      words.push(part);
      part = '';
    }
    part += char;
  }
  return [...words, part].map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}

export function base64Lines(bytes: Buffer): string {
  const text = bytes.toString('base64');
  let lines = '';
  for (let at = 0; at < text.length; at += LINE) lines += `${text.slice(at, at + LINE)}\r\n`;
  return lines;
}

/** Quoted-printable (RFC 2045 section 6.7) of text whose lines end in CRLF. */
export function quotedPrintable(text: string): string {
  return text
    .split('\r\n')
    .map((line) => {
      let done = '';
      let current = '';
      const bytes = Buffer.from(line);
      bytes.forEach((byte, at) => {
        const isPlain = (byte >= 33 && byte <= 126 && byte !== 61) || ((byte === 32 || byte === 9) && at < bytes.length - 1);
        const unit = isPlain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
        if (current.length + unit.length > LINE - 1) {
          done += `${current}=\r\n`;
          current = '';
        }
        current += unit;
      });
      return done + current;
    })
    .join('\r\n');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeHtml = (text: string) => text.replaceAll(/[&<>"]/g, (char) => ENTITIES[char] ?? char);

/** A date as mail headers have it (RFC 5322 section 3.3), in UTC. */
export const mailDate = (at: Date) => at.toUTCString().replace('GMT', '+0000');
