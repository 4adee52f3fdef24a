import { Inject, Injectable } from '@nestjs/common';
import type { DeliverMessage } from '@helpdesk/contracts';
import { Database, type Runtime } from '@helpdesk/platform';
import { CustomSender } from '../adapters/custom/custom-sender.js';
import { EmailSender } from '../adapters/email/email-sender.js';
import { ChannelAccount } from '../channel-accounts/channel-account.entity.js';
import { RUNTIME } from '../tokens.js';
import type { SendOutcome } from './send-outcome.js';

/** Picks the adapter that sends for a channel. */
@Injectable()
export class ChannelSenders {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly email: EmailSender,
    private readonly custom: CustomSender,
  ) {}

  /** `beforeBytes` must resolve before the first byte of the message leaves. */
  async send(command: DeliverMessage, accountId: string, beforeBytes: () => Promise<void>): Promise<SendOutcome> {
    const channel = await this.database.read(accountId, (manager) =>
      manager.findOneBy(ChannelAccount, { id: command.channelId, accountId }),
    );
    if (!channel || channel.deletedAt || channel.isDisabled)
      return { kind: 'failed', detail: 'The channel is switched off or was removed.' };
    if (channel.type === 'email') return this.email.send(command, channel, beforeBytes);
    if (channel.type === 'custom') return this.custom.send(command, channel, beforeBytes);
    this.runtime.logger.error({ channelId: channel.id, type: channel.type }, 'a channel of this type cannot send');
    return { kind: 'failed', detail: `A ${channel.type} channel cannot send.` };
  }
}
