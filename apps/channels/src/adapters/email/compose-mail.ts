import type { Address, DeliverMessage } from '@helpdesk/contracts';
import type { Keys } from '@helpdesk/platform';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { ChannelAccount } from '../../channel-accounts/channel-account.entity.js';
import { LOOP_HEADER, loopMark } from './loop-header.js';

const angle = (id: string) => `<${id}>`;
const mailbox = ({ value, name }: Address) => ({ name: name ?? '', address: value });

/** The bytes of an outgoing mail: text and HTML, threading headers, Reply-To with the conversation's token (contract.md §4). */
export async function composeMail(
  command: DeliverMessage,
  channel: Pick<ChannelAccount, 'accountId' | 'address'>,
  keys: Keys,
  readFile: (sha256: string) => Promise<Buffer | null>,
): Promise<Buffer> {
  const address = channel.address ?? '';
  const at = address.lastIndexOf('@');
  const replyTo = command.replyToken ? `${address.slice(0, at)}+${command.replyToken}${address.slice(at)}` : undefined;
  const attachments = [];
  for (const file of command.attachments) {
    const content = await readFile(file.sha256);
    if (!content) throw new Error(`the file ${file.filename} is missing`);
    attachments.push({ filename: file.filename, contentType: file.contentType, content, ...(file.contentId && { cid: file.contentId }) });
  }
  const composer = new MailComposer({
    from: { name: command.fromName, address },
    to: command.to.map(mailbox),
    cc: command.cc.map(mailbox),
    replyTo: replyTo ? { name: command.fromName, address: replyTo } : undefined,
    subject: command.subject ?? '',
    text: command.text,
    html: command.html ?? undefined,
    attachments,
    messageId: command.rfcMessageId ? angle(command.rfcMessageId) : undefined,
    inReplyTo: command.inReplyTo ? angle(command.inReplyTo) : undefined,
    references: command.references.length > 0 ? command.references.map(angle).join(' ') : undefined,
    headers: command.isAutomatic
      ? {
          'Auto-Submitted': 'auto-replied',
          'X-Auto-Response-Suppress': 'All',
          Precedence: 'bulk',
          [LOOP_HEADER]: loopMark(keys, channel.accountId),
        }
      : {},
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
