import { createHash } from 'node:crypto';
import { cleanText, decodeBytes } from './charset.js';
import { decodeHeaderText, firstRaw, readHeaderBlock } from './header-block.js';
import type { MimePart } from './mime-tree.js';
import type { MailAttachment } from './normalised-mail.js';
import { decodeTransfer, unflow } from './transfer.js';

/** A piece of the message as it stands in the mail: its text, its HTML, or both (alternatives of each other). */
export interface BodyBlock {
  text: string | null;
  html: string | null;
}

/** What the tree gives: pieces to render in order, and every other leaf as a file. */
export interface BodyParts {
  blocks: BodyBlock[];
  attachments: MailAttachment[];
  charset: string | null;
}

const EXTENSIONS = new Map(
  Object.entries({
    'text/plain': 'txt',
    'text/html': 'html',
    'text/calendar': 'ics',
    'text/rfc822-headers': 'txt',
    'message/rfc822': 'eml',
    'message/delivery-status': 'txt',
    'message/feedback-report': 'txt',
    'message/disposition-notification': 'txt',
    'application/pgp-signature': 'asc',
    'application/pgp-encrypted': 'asc',
    'application/pkcs7-signature': 'p7s',
    'application/pkcs7-mime': 'p7m',
    'application/pdf': 'pdf',
    'application/zip': 'zip',
    'application/octet-stream': 'bin',
    'image/jpeg': 'jpg',
    'image/svg+xml': 'svg',
  }),
);

function isTextBody(part: MimePart, isOnlyLeaf: boolean): boolean {
  if (part.contentType !== 'text/plain' && part.contentType !== 'text/html' && part.contentType !== 'text') return false;
  const { disposition, filename } = part.node;
  if (disposition && disposition !== 'inline') return false;
  return !filename || isOnlyLeaf || part.contentType === 'text/html' || part.parent?.contentType === 'multipart/alternative';
}

/** Text of a leaf: transfer encoding, charset and format=flowed undone, line ends `\n`. */
export function textOf(part: MimePart): string {
  const bytes = decodeTransfer(part.body, part.node.encoding || '');
  const text = decodeBytes(bytes, part.node.charset || null).replace(/\r\n?/g, '\n');
  return cleanText(part.node.flowed ? unflow(text, part.node.delSp) : text);
}

/** Control characters and line ends have no place in a name; path parts are cut by whoever stores it (B4). */
function cleanName(name: string): string {
  // eslint-disable-next-line no-control-regex
  return cleanText(name)
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
    .slice(0, 400);
}

function madeUpName(part: MimePart, content: Buffer, index: number): string {
  if (part.contentType === 'message/rfc822') {
    const subject = firstRaw(readHeaderBlock(content).fields, 'subject');
    const name = subject === null ? '' : cleanName(decodeHeaderText(subject.slice(0, 1000), null).replace(/[/\\:*?"<>|]+/g, ' '));
    if (name !== '') return `${name.slice(0, 100)}.eml`;
  }
  const extension =
    EXTENSIONS.get(part.contentType) ?? /^(?:image|audio|video)\/(?:x-)?([a-z0-9]{2,5})$/.exec(part.contentType)?.[1] ?? 'bin';
  return `attachment-${index + 1}.${extension}`;
}

/** An attachment record around bytes that own their memory. */
export function makeAttachment(filename: string, contentType: string, content: Buffer): MailAttachment {
  return {
    filename,
    contentType,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    inline: false,
    contentId: null,
    unpackedFrom: null,
    content,
  };
}

/**
 * An enclosed message is made of lines, and a line has an end (RFC 5322 section 2.1): the delimiter after it took the last one. The header of
 * an external body ends with an empty line, though nothing follows (RFC 2046 section 5.2.3).
 */
function wholeLines(part: MimePart, content: Buffer): Buffer {
  if (!part.contentType.startsWith('message/') || content.length === 0) return content;
  const end = Buffer.from(content.includes('\r\n') ? '\r\n' : '\n');
  const closed = content.at(-1) === 10 ? content : Buffer.concat([content, end]);
  const isOpenHeader = part.contentType === 'message/external-body' && !closed.includes(Buffer.concat([end, end]));
  return isOpenHeader ? Buffer.concat([closed, end]) : closed;
}

function toAttachment(part: MimePart, index: number): MailAttachment {
  const content = wholeLines(part, decodeTransfer(part.body, part.node.encoding || ''));
  const filename = cleanName(part.node.filename || '') || madeUpName(part, content, index);
  const contentId = part.node.headers ? cleanText(part.node.headers.getFirst('content-id')).replace(/^[\s<]+|[\s>]+$/g, '') : '';
  const isType = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(part.contentType);
  const attachment = makeAttachment(filename, isType ? part.contentType : 'application/octet-stream', content);
  attachment.contentId = contentId === '' ? null : contentId;
  attachment.inline =
    part.node.disposition === 'inline' ||
    (part.node.disposition !== 'attachment' && part.parent?.contentType === 'multipart/related' && contentId !== '');
  return attachment;
}

/** Walks the tree: every leaf becomes part of a block or an attachment (W-21: parts in = parts shown). */
export function collectParts(root: MimePart): BodyParts {
  const attachments: MailAttachment[] = [];
  let charset: string | null = null;

  const leaf = (part: MimePart): BodyBlock[] => {
    const isText = isTextBody(part, part.parent === null);
    if (charset === null && part.contentType.startsWith('text/') && (isText || part.contentType === 'text/plain')) {
      charset = part.node.charset ? cleanText(part.node.charset).toLowerCase().trim().slice(0, 60) : null;
    }
    if (!isText) {
      attachments.push(toAttachment(part, attachments.length));
      return [];
    }
    return [part.contentType === 'text/html' ? { text: null, html: textOf(part) } : { text: textOf(part), html: null }];
  };

  const walk = (part: MimePart): BodyBlock[] => {
    if (part.children.length === 0) {
      if (part.node.multipart) {
        // A multipart whose boundary never comes: what is there is text, not nothing.
        return part.body.length === 0 ? [] : [{ text: cleanText(decodeBytes(part.body, null).replace(/\r\n?/g, '\n')), html: null }];
      }
      return leaf(part);
    }
    const blocks = part.children.flatMap(walk);
    if (part.contentType !== 'multipart/alternative' || blocks.length < 2) return blocks;
    const texts = blocks.flatMap((b) => (b.text === null ? [] : [b.text]));
    const htmls = blocks.flatMap((b) => (b.html === null ? [] : [b.html]));
    return [{ text: texts.length === 0 ? null : texts.join('\n'), html: htmls.length === 0 ? null : htmls.join('\n') }];
  };

  const blocks = walk(root);
  return { blocks, attachments, charset };
}
