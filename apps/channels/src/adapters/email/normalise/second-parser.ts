import { htmlProblem, sanitiseHtml } from '@helpdesk/content';
import { simpleParser } from 'mailparser';
import { makeAttachment } from './body-parts.js';
import { cleanText } from './charset.js';
import type { NormalisedMail } from './normalised-mail.js';
import { unreadableMail } from './unreadable.js';

/**
 * A second opinion on a mail that our own reading failed on: mailparser's. What it finds is shown; the original stays attached, and the
 * mail still counts as automatic. Throws what mailparser throws.
 */
export async function parseWithMailparser(raw: Buffer, reason: string): Promise<NormalisedMail> {
  const mail = await simpleParser(raw, { skipTextToHtml: true, skipImageLinks: true });
  const shell = unreadableMail(raw, 'parse_failed', reason);
  const html = typeof mail.html === 'string' && htmlProblem(mail.html) === null ? cleanText(sanitiseHtml(mail.html)) : null;
  const text = cleanText(mail.text ?? '');
  const files = mail.attachments.map((file) => makeAttachment(file.filename ?? '', file.contentType, Buffer.from(file.content)));
  return {
    ...shell,
    subject: cleanText(mail.subject ?? shell.subject),
    date: mail.date?.toISOString() ?? null,
    text,
    visibleText: text,
    html,
    attachments: [...files, ...shell.attachments],
    unreadable: null,
    warnings: ['second_parser'],
  };
}
