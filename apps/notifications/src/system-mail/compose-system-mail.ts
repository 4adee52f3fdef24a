import { isIP } from 'node:net';
import type { SystemMail } from '@helpdesk/contracts';
import MailComposer from 'nodemailer/lib/mail-composer';

/** The sender of the desk's own mail; a number instead of a name stands in brackets (RFC 5321 section 4.1.3). */
export function systemSender(publicUrl: string): string {
  const host = new URL(publicUrl).hostname;
  const family = isIP(host.replace(/^\[|\]$/g, ''));
  return `no-reply@${family === 0 ? host : family === 4 ? `[${host}]` : `[IPv6:${host.slice(1, -1)}]`}`;
}

/** Its bytes, always the same Message-ID for the same mail, so that a repeated sending can be told from another mail. */
export async function composeSystemMail(
  mail: SystemMail,
  { sender, mailId, sentAt }: { sender: string; mailId: string; sentAt: Date },
): Promise<Buffer> {
  const composer = new MailComposer({
    from: { name: 'Help desk', address: sender },
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    date: sentAt,
    messageId: `<system.${mailId}@${sender.split('@')[1]}>`,
    // Nobody's answer or absence note may come back to us (RFC 3834 section 5, Exchange's own header).
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
