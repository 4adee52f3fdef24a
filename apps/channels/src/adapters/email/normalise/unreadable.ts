import { makeAttachment } from './body-parts.js';
import { scanHeaders } from './headers.js';
import type { HeaderScan, NormalisedMail, Unreadable } from './normalised-mail.js';
import { normaliseSubject } from '@helpdesk/content';
import { ownCopy } from './transfer.js';

function scanOrNothing(raw: Buffer): HeaderScan {
  try {
    return scanHeaders(raw);
  } catch {
    return { messageId: null, inReplyTo: null, references: [], threadRoot: null, subject: '', from: null };
  }
}

/**
 * What is shown of a mail the parser gave up on (W-17): subject and sender from the header, the original as a file.
 * It counts as automatic, because nothing is known of it and an automatic answer could loop.
 */
export function unreadableMail(raw: Buffer, code: Unreadable['code'], detail: string): NormalisedMail {
  const scan = scanOrNothing(raw);
  return {
    subject: scan.subject,
    from: scan.from,
    replyTo: [],
    to: [],
    cc: [],
    messageId: scan.messageId,
    inReplyTo: scan.inReplyTo,
    references: scan.references,
    date: null,
    text: '',
    html: null,
    visibleText: '',
    hasQuote: false,
    attachments: [makeAttachment('original.eml', 'message/rfc822', ownCopy(raw))],
    automatic: { isAutomatic: true, isAutoReply: false, isBounce: false, isFeedbackReport: false, reasons: ['unreadable'] },
    bounce: null,
    hasForward: false,
    authenticationResults: [],
    charset: null,
    normalisedSubject: normaliseSubject(scan.subject),
    unreadable: { code, detail },
    warnings: ['unreadable'],
  };
}
