import type { DeliverMessage } from '@helpdesk/contracts';
import { sha256 } from '@helpdesk/platform';
import { simpleParser } from 'mailparser';

/**
 * Reads a composed mail back with another program than the one that wrote it (W-22): its Message-ID, its text and every file must be there.
 * Gives what is missing, null when nothing is.
 */
export async function whatIsMissing(mail: Buffer, command: DeliverMessage): Promise<string | null> {
  const copy = await simpleParser(mail, { skipTextToHtml: true, skipImageLinks: true, skipHtmlToText: true });
  if (command.rfcMessageId && copy.messageId !== `<${command.rfcMessageId}>`) return 'its Message-ID';
  if (command.text.trim() !== '' && !copy.text?.trim()) return 'its text';
  const found = new Set(copy.attachments.map((file) => sha256(file.content)));
  return command.attachments.find((file) => !found.has(file.sha256))?.filename ?? null;
}
