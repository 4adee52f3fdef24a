import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { DeliverMessage } from '@helpdesk/contracts';
import { PublicQueue } from '@helpdesk/messaging';
import { egress, fileLink, publicUrl, type Runtime } from '@helpdesk/platform';
import type { ChannelAccount } from '../../channel-accounts/channel-account.entity.js';
import { secretPlace } from '../../channel-accounts/channel-accounts.service.js';
import type { SendOutcome } from '../../delivery/send-outcome.js';
import { RUNTIME } from '../../tokens.js';

/** Hands messages to an adapter outside: a signed webhook, or the queue `channel.outbound.<channelId>` (contract.md §3). */
@Injectable()
export class CustomSender {
  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {}

  /** The adapter may see a message twice after a crash; `messageId` tells. It reports the final state itself. */
  async send(command: DeliverMessage, channel: ChannelAccount, beforeBytes: () => Promise<void>): Promise<SendOutcome> {
    const message = {
      type: 'message.outbound',
      messageId: command.messageId,
      channelId: command.channelId,
      conversationId: command.conversationId,
      thread: command.thread,
      to: command.to.map(({ kind, value }) => ({ kind, value })),
      text: command.text,
      ...(command.html !== null && { html: command.html }),
      attachments: command.attachments.map((file) => ({
        filename: file.filename,
        contentType: file.contentType,
        url: `${publicUrl(this.runtime.config)}${fileLink(this.runtime.keys, file)}`,
      })),
    };
    // Not `sending`: handing over again is safe here, the adapter knows the message by its id.
    void beforeBytes;
    const { webhookUrl } = channel.settings;
    if (!webhookUrl) {
      const queue = new PublicQueue(this.runtime, `channel.outbound.${channel.id}`);
      try {
        await queue.add('message', message);
      } finally {
        await queue.close();
      }
      return { kind: 'handed_over', detail: null };
    }
    const body = JSON.stringify(message);
    const time = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', this.runtime.keys.decrypt(channel.secretSealed, secretPlace(channel.id)))
      .update(`${time}.${body}`)
      .digest('hex');
    try {
      const { status } = await egress(webhookUrl, {
        allowPrivate: this.runtime.config.ALLOW_PRIVATE_TARGETS === 1,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-desk-signature': `t=${time},v1=${signature}` },
        body,
      });
      if (status >= 200 && status < 300) return { kind: 'handed_over', detail: null };
      return { kind: status === 429 || status >= 500 ? 'retry' : 'failed', detail: `The webhook answered ${status}.` };
    } catch (error) {
      return { kind: 'retry', detail: error instanceof Error ? error.message : String(error) };
    }
  }
}
