import { createHash } from 'node:crypto';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Address, InboundMessage } from '@helpdesk/contracts';
import { safeEqual, sha256, type Runtime } from '@helpdesk/platform';
import type { ChannelAccount } from '../../channel-accounts/channel-account.entity.js';
import { baseAddress, ChannelDirectory, plusSuffix } from '../../channel-accounts/channel-directory.js';
import type { Arrival } from '../../inbound/inbox.service.js';
import { RUNTIME } from '../../tokens.js';
import { loopMark, LOOP_HEADER } from './loop-header.js';
import { contentHash } from './normalise/dedupe.js';
import { scanHeaders } from './normalise/headers.js';
import type { MailAddress, NormalisedMail } from './normalise/normalised-mail.js';
import { MailNormaliser } from './normalise/normaliser.js';

/** A header block longer than this is not searched for our loop header. */
const LOOP_SCAN_BYTES = 64 * 1024;

/** Turns the bytes of a mail into an arrival: parsed in a worker thread, within limits of time and memory. */
@Injectable()
export class EmailArrivals implements BeforeApplicationShutdown {
  private readonly normaliser = new MailNormaliser({ threads: 1 });

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly directory: ChannelDirectory,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.normaliser.close();
  }

  /** One arrival per channel the mail was sent to; `recipients` are the SMTP recipients, which decide. Never throws for what a mail holds. */
  async read(raw: Buffer, deliveries: { channel: ChannelAccount; recipients: string[] }[]): Promise<Arrival[]> {
    const [mail, scan] = [await this.normaliser.normalise(raw), scanHeaders(raw)];
    const content = contentHash(raw);
    const rawBlob = { hash: sha256(raw), bytes: raw };
    const files = mail.attachments.map((file) => ({ hash: file.sha256, bytes: file.content }));
    const addressed = [...mail.to, ...mail.cc].map((mailbox) => mailbox.address).filter((address) => address.includes('@'));
    const root = scan.threadRoot ?? content;
    const arrivals: Arrival[] = [];
    for (const { channel, recipients } of deliveries) {
      const siblings = await this.siblings(channel, [...addressed, ...deliveries.flatMap((d) => d.recipients)]);
      const own = [...recipients, ...addressed].filter((address) => baseAddress(address) === channel.address);
      arrivals.push({
        channel,
        dedupeKey: `mail\n${content}`,
        threadKey: createHash('sha1').update(`${channel.accountId}\n${root}`).digest('base64url'),
        contentHash: content,
        raw: rawBlob,
        files,
        message: messageOf(mail, [...new Set(own.map(plusSuffix).filter((suffix) => suffix !== null))]),
        siblingChannelIds: siblings
          .filter((other) => other.accountId === channel.accountId && other.id !== channel.id)
          .map((other) => other.id),
        isOurOwn: await this.isOurOwn(mail, raw, channel),
      });
    }
    return arrivals;
  }

  private async siblings(channel: ChannelAccount, addresses: string[]): Promise<ChannelAccount[]> {
    const others = [...new Set(addresses.map(baseAddress))].filter((address) => address !== channel.address).slice(0, 50);
    const found = await Promise.all(others.map((address) => this.directory.byAddress(address)));
    return found.filter((other) => other !== null);
  }

  /** D-27: from one of our own addresses, or an automatic mail of ours that came back. */
  private async isOurOwn(mail: NormalisedMail, raw: Buffer, channel: ChannelAccount): Promise<boolean> {
    const mark = new RegExp(`^${LOOP_HEADER}:\\s*(\\S+)`, 'im').exec(
      raw
        .subarray(0, LOOP_SCAN_BYTES)
        .toString('latin1')
        .split(/\r?\n\r?\n/, 1)[0] ?? '',
    );
    if (mark?.[1] && safeEqual(mark[1], loopMark(this.runtime.keys, channel.accountId))) return true;
    if (!mail.from?.address.includes('@')) return false;
    const sender = await this.directory.byAddress(mail.from.address);
    return sender?.accountId === channel.accountId;
  }
}

const toAddress = ({ address, name }: MailAddress): Address => ({ kind: 'email', value: address.toLowerCase(), ...(name && { name }) });
const usable = (list: MailAddress[]) => list.filter(({ address }) => address.includes('@')).map(toAddress);

function messageOf(mail: NormalisedMail, suffixes: string[]): InboundMessage {
  const { automatic, bounce } = mail;
  return {
    kind: 'message',
    externalId: mail.messageId,
    thread: null,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
    sender: mail.from ? (usable([mail.from])[0] ?? null) : null,
    replyTo: usable(mail.replyTo),
    to: usable(mail.to),
    cc: usable(mail.cc),
    tokens: suffixes.filter((suffix) => suffix.startsWith('t.')),
    sentAt: mail.date,
    subject: mail.subject === '' ? null : mail.subject,
    text: mail.text,
    visibleText: mail.visibleText,
    hasQuote: mail.hasQuote,
    hasForward: mail.hasForward,
    html: mail.html,
    attachments: mail.attachments.map(({ filename, contentType, size, sha256: hash, inline, contentId }) => ({
      filename,
      contentType,
      size,
      sha256: hash,
      inline,
      contentId,
    })),
    form: null,
    call: null,
    automatic: automatic.isAutomatic
      ? {
          isAutoReply: automatic.isAutoReply,
          isBounce: automatic.isBounce,
          reasons: automatic.reasons,
          bounce: failureOf(bounce),
        }
      : null,
    unreadable: mail.unreadable,
    warnings: mail.warnings,
  };
}

/** A report of delay is no failure: the mail may still arrive. */
function failureOf(bounce: NormalisedMail['bounce']) {
  if (!bounce || bounce.action !== 'failed') return null;
  const { recipient, status, hard, reason, originalMessageId } = bounce;
  return { recipient, status, hard, reason, originalMessageId };
}
