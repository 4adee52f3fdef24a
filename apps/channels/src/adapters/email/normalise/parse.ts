import { MAX_RECIPIENTS, parseAddresses } from './addresses.js';
import { judgeAutomatic } from './automatic.js';
import { type BodyBlock, type BodyParts, collectParts, makeAttachment } from './body-parts.js';
import { readBounce } from './bounce.js';
import { cleanText } from './charset.js';
import {
  allRaw,
  charsetHint,
  decodeHeaderText,
  firstRaw,
  type HeaderField,
  readHeaderBlock,
  skipBlankLead,
  startsWithHeader,
} from './header-block.js';
import { parseMessageIds, parseReferences, readFrom, readSubject } from './headers.js';
import { parseMailDate } from './mail-date.js';
import { type MimePart, splitMime } from './mime-tree.js';
import type { MailAddress, MailAttachment, NormalisedMail } from './normalised-mail.js';
import { hasForwardPrefix, htmlProblem, htmlToText, normaliseSubject, sanitiseHtml, stripTags, type HtmlText } from '@helpdesk/content';
import { unpackTnef } from './tnef.js';
import { ownCopy } from './transfer.js';
import { visibleReply } from './visible-reply.js';

interface Body {
  text: string;
  html: string | null;
  /** Structure of the HTML, when there is any. */
  fromHtml: HtmlText | null;
}

const HTML_ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function textAsHtml(text: string): string {
  return `<div style="white-space:pre-wrap">${text.replace(/[&<>]/g, (c) => HTML_ESCAPES[c] as string)}</div>`;
}

/** Joins the blocks in the order of the mail: text from HTML where there is no text, HTML from text where others have HTML. */
function renderBody(blocks: BodyBlock[], warnings: string[]): Body {
  const texts: string[] = [];
  const htmls: string[] = [];
  let fromHtml: HtmlText | null = null;
  const hasHtml = blocks.some((block) => block.html !== null);
  for (const block of blocks) {
    if (block.html === null) {
      texts.push(block.text ?? '');
      if (hasHtml && (block.text ?? '').trim() !== '') htmls.push(textAsHtml(block.text ?? ''));
      continue;
    }
    const problem = htmlProblem(block.html);
    if (problem !== null) {
      warnings.push(problem);
      const text = block.text ?? stripTags(block.html.slice(0, 16 * 1024 * 1024));
      texts.push(text);
      if (blocks.length > 1) htmls.push(textAsHtml(text.slice(0, 1_000_000)));
      continue;
    }
    const clean = cleanText(sanitiseHtml(block.html));
    htmls.push(clean);
    const hasText = block.text !== null && block.text.trim() !== '';
    const isMarked = blocks.length === 1 && clean.includes('data-mail=');
    const read = hasText && !isMarked ? null : htmlToText(clean);
    if (isMarked) fromHtml = read;
    texts.push(hasText ? (block.text ?? '') : cleanText(read?.text ?? ''));
  }
  const html = htmls.join('\n');
  return { text: texts.join('\n'), html: html === '' ? null : html, fromHtml };
}

/** Opens every winmail.dat: its files stand beside it, its text stands in for a message that has none of its own. */
function unpackContainers(parts: BodyParts, warnings: string[]): MailAttachment[] {
  const files: MailAttachment[] = [];
  for (const attachment of parts.attachments) {
    if (!/ms-tnef/.test(attachment.contentType) && !/^winmail\.dat$/i.test(attachment.filename)) continue;
    const { content } = attachment;
    const unpacked = unpackTnef(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
    if (unpacked.files.length === 0 && unpacked.text === null && unpacked.html === null) warnings.push('tnef_empty');
    for (const file of unpacked.files) {
      files.push({
        ...makeAttachment(file.filename, file.contentType, file.content),
        contentId: file.contentId,
        unpackedFrom: attachment.filename,
      });
    }
    const isEmpty = parts.blocks.every((block) => (block.text ?? '').trim() === '' && (block.html ?? '').trim() === '');
    if (isEmpty && (unpacked.text !== null || unpacked.html !== null)) {
      parts.blocks.push({ text: unpacked.text === null ? null : cleanText(unpacked.text.replace(/\r\n?/g, '\n')), html: unpacked.html });
    }
  }
  return files;
}

/** `cid:` references make a file part of the text, whatever its disposition says. */
function markInline(attachments: MailAttachment[], html: string | null): void {
  if (html === null || !html.includes('cid:')) return;
  for (const attachment of attachments) {
    if (attachment.contentId !== null && html.includes(`cid:${attachment.contentId}`)) attachment.inline = true;
  }
}

function addressList(fields: HeaderField[], name: string, hint: string | null, warnings: string[]): MailAddress[] {
  const list = allRaw(fields, name).flatMap((raw) => parseAddresses(raw, hint));
  if (list.length > MAX_RECIPIENTS && !warnings.includes('too_many_recipients')) warnings.push('too_many_recipients');
  return list.slice(0, MAX_RECIPIENTS);
}

function contentTypes(part: MimePart, found: string[] = []): string[] {
  found.push(part.contentType);
  for (const child of part.children) contentTypes(child, found);
  return found;
}

/**
 * Turns the raw bytes of one mail into a `NormalisedMail`. Meant to run in a worker (`MailNormaliser`): a hostile mail
 * can take long. Throws only on faults of our own; broken mail gives warnings.
 */
export async function parseMail(original: Buffer): Promise<NormalisedMail> {
  const warnings: string[] = [];
  const raw = skipBlankLead(original);
  // Bytes without any header are a text, not a header block that ends at the first empty line.
  const hasHeader = startsWithHeader(raw);
  if (!hasHeader || raw.length === 0) warnings.push('no_header');
  const { fields } = readHeaderBlock(raw);
  const hint = charsetHint(fields);
  const tree = await splitMime(hasHeader ? raw : Buffer.concat([Buffer.from('\n'), raw]));
  warnings.push(...tree.warnings);

  const parts: BodyParts = tree.root === null ? { blocks: [], attachments: [], charset: null } : collectParts(tree.root);
  const attachments = [...parts.attachments, ...unpackContainers(parts, warnings)];
  const body = renderBody(parts.blocks, warnings);
  if (tree.warnings.length > 0) attachments.push(makeAttachment('original.eml', 'message/rfc822', ownCopy(original)));
  markInline(attachments, body.html);

  const subject = readSubject(fields, hint);
  const from = readFrom(fields, hint);
  const to = addressList(fields, 'to', hint, warnings);
  const bounce = tree.root === null ? null : readBounce({ fields, from, to, subject, text: body.text }, tree.root);
  const types = tree.root === null ? [] : contentTypes(tree.root);
  const reply = visibleReply(body.text);
  const usesHtml = body.fromHtml !== null && body.fromHtml.unquoted !== null && body.fromHtml.hasQuote && !reply.hasQuote;
  const visibleText = usesHtml ? visibleReply(body.fromHtml?.unquoted ?? '').text : reply.text;

  return {
    subject,
    from,
    replyTo: addressList(fields, 'reply-to', hint, warnings),
    to,
    cc: addressList(fields, 'cc', hint, warnings),
    messageId: parseMessageIds(firstRaw(fields, 'message-id'))[0] ?? null,
    inReplyTo: parseMessageIds(firstRaw(fields, 'in-reply-to'))[0] ?? null,
    references: parseReferences(fields),
    date: parseMailDate(firstRaw(fields, 'date')),
    text: body.text,
    html: body.html,
    visibleText: visibleText.trim() === '' ? body.text.trim() : visibleText,
    hasQuote: reply.hasQuote || usesHtml,
    attachments,
    automatic: judgeAutomatic({
      fields,
      subject,
      from,
      contentTypes: types,
      reportType: /report-type\s*=\s*"?([\w-]+)/i.exec(firstRaw(fields, 'content-type') ?? '')?.[1]?.toLowerCase() ?? '',
      isBounce: bounce !== null,
    }),
    bounce,
    hasForward: reply.hasForward || hasForwardPrefix(subject) || (bounce === null && types.includes('message/rfc822')),
    authenticationResults: allRaw(fields, 'authentication-results').map((value) =>
      cleanText(decodeHeaderText(value, null).replace(/\s+/g, ' ')),
    ),
    charset: parts.charset,
    normalisedSubject: normaliseSubject(subject),
    unreadable: null,
    warnings,
  };
}
