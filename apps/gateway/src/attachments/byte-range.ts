import { Readable } from 'node:stream';

export interface ByteRange {
  from: number;
  /** Inclusive. */
  to: number;
}

/** RFC 9110 section 14: one range of bytes; undefined = send everything (none, several, or another unit); null = outside the file. */
export function byteRange(header: string | undefined, size: number): ByteRange | null | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < from) return undefined;
  return from <= to ? { from, to } : null;
}

/** The part of a stream that a range names; what lies behind it is not read. */
export function slice(stream: Readable, { from, to }: ByteRange): Readable {
  return Readable.from(partOf(stream, from, to + 1));
}

async function* partOf(stream: Readable, start: number, end: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const piece of stream) {
    const chunk = piece as Buffer;
    const part = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at));
    if (part.length > 0) yield part;
    at += chunk.length;
    if (at >= end) return;
  }
}
