import type { NormalisedMail } from './normalised-mail.js';
import { parseMail } from './parse.js';

/** Below this, copying is cheaper than loading and using piscina's `move` in the thread. */
const MOVE_FROM_BYTES = 64 * 1024;

/** The result marked so that piscina moves the attachment buffers to the caller's thread instead of copying them. */
async function movable(mail: NormalisedMail): Promise<unknown> {
  const { move, transferableSymbol, valueSymbol } = await import('piscina');
  const buffers = new Set<ArrayBuffer>();
  for (const { content } of mail.attachments) if (content.byteLength > 0) buffers.add(content.buffer as ArrayBuffer);
  return move({ [transferableSymbol]: [...buffers], [valueSymbol]: mail } as unknown as Parameters<typeof move>[0]);
}

/** Entry point of a pool thread: raw bytes in, a `NormalisedMail` out. */
export async function normaliseInWorker(raw: Uint8Array): Promise<unknown> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const mail = await parseMail(bytes).catch(async (error: unknown) => {
    // Loaded only now: an ordinary mail never pays for it.
    const { parseWithMailparser } = await import('./second-parser.js');
    return parseWithMailparser(bytes, error instanceof Error ? error.message.slice(0, 200) : 'unknown');
  });
  const attached = mail.attachments.reduce((sum, attachment) => sum + attachment.size, 0);
  return attached < MOVE_FROM_BYTES ? mail : movable(mail);
}
