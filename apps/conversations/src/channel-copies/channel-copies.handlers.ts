import { Injectable } from '@nestjs/common';
import { ChannelChanged } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';

@Injectable()
export class ChannelCopiesHandlers {
  @OnEvent(ChannelChanged)
  async onChannelChanged(event: ChannelChanged, tx: Tx, { accountId }: Delivery): Promise<void> {
    await tx.query(
      `INSERT INTO conversations.channel_copy AS c (channel_id, account_id, version, type, name, address, is_usable, auto_reply_subject, auto_reply_html)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (account_id, channel_id) DO UPDATE SET version = excluded.version, name = excluded.name, address = excluded.address, is_usable = excluded.is_usable,
         auto_reply_subject = excluded.auto_reply_subject, auto_reply_html = excluded.auto_reply_html WHERE c.version <= excluded.version`,
      [
        event.channelId,
        accountId,
        event.version,
        event.type,
        event.name,
        event.address,
        event.isUsable,
        event.autoReplySubject,
        event.autoReplyHtml,
      ],
    );
  }
}
