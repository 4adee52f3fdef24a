/** A buffer that owns its memory: Node's pool would make moving it to another thread impossible. */
export function ownCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}

/** What is left of base64 when the line ends are gone; foreign characters are skipped by the decoder (RFC 2045 section 6.8). */
function decodeBase64(body: Buffer): Buffer {
  const text = body.toString('latin1');
  const padding = text.indexOf('=');
  // Several base64 texts glued together (each with its own padding): Node stops at the first "=".
  if (padding >= 0 && /=[\s=]*[A-Za-z0-9+/]/.test(text.slice(padding, padding + 2000))) {
    return Buffer.concat(text.split(/=[=\s]*/).map((piece: string) => Buffer.from(piece, 'base64')));
  }
  const out = Buffer.allocUnsafeSlow(Math.floor((text.length * 3) / 4) + 3);
  return out.subarray(0, out.write(text, 'base64'));
}

function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** RFC 2045 section 6.7, lenient: a "=" that begins no escape stays, white space at the end of a line goes. */
function decodeQuotedPrintable(body: Buffer): Buffer {
  const out = Buffer.allocUnsafeSlow(body.length);
  let n = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] as number;
    if (byte === 61) {
      const high = hexDigit(body[i + 1]);
      const low = hexDigit(body[i + 2]);
      if (high >= 0 && low >= 0) {
        out[n++] = high * 16 + low;
        i += 2;
        continue;
      }
      let j = i + 1;
      while (body[j] === 32 || body[j] === 9) j++;
      if (body[j] === 13 && body[j + 1] === 10) i = j + 1;
      else if (body[j] === 10 || body[j] === 13) i = j;
      else if (j >= body.length) i = j;
      else out[n++] = byte;
    } else if (byte === 32 || byte === 9) {
      let j = i + 1;
      while (body[j] === 32 || body[j] === 9) j++;
      const next = body[j];
      if (next === 10 || next === 13 || j >= body.length) i = j - 1;
      else {
        while (i < j) out[n++] = body[i++] as number;
        i--;
      }
    } else out[n++] = byte;
  }
  return out.subarray(0, n);
}

/** Classic uuencode (POSIX `begin 644 name`), still written as a Content-Transfer-Encoding by old mailers. */
function decodeUuencode(body: Buffer): Buffer {
  const out: number[] = [];
  let inside = false;
  for (const line of body.toString('latin1').split(/\r?\n/)) {
    if (!inside) {
      inside = /^begin(?:-base64)? [0-7]{3,4} /.test(line);
      continue;
    }
    const length = (line.charCodeAt(0) - 32) & 63;
    if (line === '' || line.startsWith('end') || length === 0) break;
    for (let i = 1, written = 0; written < length; i += 4) {
      const quad = [0, 1, 2, 3].map((k) => ((line.charCodeAt(i + k) || 32) - 32) & 63) as [number, number, number, number];
      const bytes = [(quad[0] << 2) | (quad[1] >> 4), ((quad[1] & 15) << 4) | (quad[2] >> 2), ((quad[2] & 3) << 6) | quad[3]];
      for (const byte of bytes) if (written++ < length) out.push(byte & 255);
    }
  }
  return inside ? ownCopy(Uint8Array.from(out)) : ownCopy(body);
}

/** Undoes the Content-Transfer-Encoding. Unknown encodings leave the bytes as they are. The result owns its memory. */
export function decodeTransfer(body: Buffer, encoding: string): Buffer {
  switch (encoding) {
    case 'base64':
      return decodeBase64(body);
    case 'quoted-printable':
      return decodeQuotedPrintable(body);
    case 'x-uuencode':
    case 'uuencode':
    case 'x-uue':
      return decodeUuencode(body);
    default:
      return ownCopy(body);
  }
}

/** format=flowed (RFC 3676): soft line ends are joined within one quote depth; stuffed spaces are removed. */
export function unflow(text: string, deleteSpace: boolean): string {
  const out: string[] = [];
  let open = false;
  let openDepth = 0;
  for (const line of text.split(/\r?\n/)) {
    let depth = 0;
    while (line.charCodeAt(depth) === 62) depth++;
    let rest = line.slice(depth);
    if (rest.startsWith(' ')) rest = rest.slice(1);
    const soft = rest.endsWith(' ') && rest !== '-- ';
    const piece = soft && deleteSpace ? rest.slice(0, -1) : rest;
    if (open && depth === openDepth && rest !== '-- ') out[out.length - 1] += piece;
    else out.push((depth > 0 ? `${'>'.repeat(depth)} ` : '') + piece);
    open = soft;
    openDepth = depth;
  }
  return out.join('\n');
}
