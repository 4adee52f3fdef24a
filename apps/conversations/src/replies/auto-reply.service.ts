import { Inject, Injectable } from '@nestjs/common';
import { DeliverMessage, type Address, type TicketCreated } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { newId, type Runtime, type Tx } from '@helpdesk/platform';
import { makeReplyToken } from '../threading/reply-token.js';
import { subjectTag } from '../threading/subject-tag.js';
import { RUNTIME } from '../tokens.js';
import { contentOf } from './outgoing-content.js';
import { RepliesRepository } from './replies.repository.js';
import { threadIds } from './replies.service.js';

const DEFAULT_SUBJECT = 'We have received your message';
const DEFAULT_HTML = '<p>Thank you for your message. We have received it and will answer as soon as we can.</p>';

interface Target {
  channel_id: string;
  name: string;
  address: string;
  auto_reply_subject: string;
  auto_reply_html: string;
  counterpart_value: string;
  counterpart_name: string | null;
}

/** The acknowledgement of a new ticket: fixed text only, at most one per address and channel in 24 hours (D-43). */
@Injectable()
export class AutoReplyService {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly bus: MessageBus,
    private readonly repository: RepliesRepository,
  ) {}

  async acknowledge(tx: Tx, accountId: string, { ticketId, conversationId, number }: TicketCreated): Promise<void> {
    const target = await tx.queryOne<Target>(
      `SELECT h.channel_id, h.name, h.address, h.auto_reply_subject, h.auto_reply_html, c.counterpart_value, c.counterpart_name
       FROM conversations.conversation c JOIN conversations.channel_copy h ON h.channel_id = c.channel_id
       WHERE c.id = $1 AND c.account_id = $2 AND h.is_usable AND h.address IS NOT NULL AND h.auto_reply_html IS NOT NULL AND c.counterpart_kind = 'email'`,
      [conversationId, accountId],
    );
    if (!target || !(await this.mayAnswer(tx, accountId, target))) return;
    const last = await this.repository.lastPublic(tx, { accountId, ticketId, conversationId });
    const to: Address = {
      kind: 'email',
      value: target.counterpart_value,
      ...(target.counterpart_name && { name: target.counterpart_name }),
    };
    const messageId = newId();
    const message = {
      id: messageId,
      accountId,
      ticketId,
      conversationId,
      channelId: target.channel_id,
      seq: await this.repository.nextSeq(tx, accountId, ticketId, false),
      author: { type: 'system' as const, id: null, name: target.name },
      recipients: { to: [to], cc: [], bcc: [] },
      subject: `${subjectTag(this.runtime.keys, accountId, number)} ${target.auto_reply_subject || DEFAULT_SUBJECT}`,
      content: contentOf(target.auto_reply_html || DEFAULT_HTML, undefined),
      rfcMessageId: `${messageId}@${target.address.slice(target.address.lastIndexOf('@') + 1)}`,
      inReplyTo: last?.externalId ?? null,
      references: threadIds(last),
      state: 'queued' as const,
      sendAt: null,
      isAutomatic: true,
      moveToStageId: null,
      files: [],
    };
    await this.repository.insert(tx, message);
    await this.bus.publish(
      tx,
      accountId,
      new DeliverMessage({
        messageId,
        conversationId,
        channelId: target.channel_id,
        attempt: 1,
        thread: null,
        ...message.recipients,
        fromName: target.name,
        subject: message.subject,
        text: message.content.text,
        html: message.content.html,
        attachments: [],
        rfcMessageId: message.rfcMessageId,
        inReplyTo: message.inReplyTo,
        references: message.references,
        replyToken: makeReplyToken(this.runtime.keys, accountId, conversationId),
        isAutomatic: true,
      }),
    );
  }

  private async mayAnswer(tx: Tx, accountId: string, target: Target): Promise<boolean> {
    const rows = await tx.query(
      `INSERT INTO conversations.auto_reply_sent AS a (account_id, channel_id, address, sent_at) VALUES ($1, $2, $3, now())
       ON CONFLICT (account_id, channel_id, address) DO UPDATE SET sent_at = now() WHERE a.sent_at < now() - interval '24 hours' RETURNING 1`,
      [accountId, target.channel_id, target.counterpart_value],
    );
    return rows.length > 0;
  }
}
