import { Inject, Injectable } from '@nestjs/common';
import {
  DeliverMessage,
  MessageAdded,
  UnsentChanged,
  type Address,
  type FileRef,
  type ReplyArgs,
  type TimelineItem,
  type TicketGrant,
} from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { conflict, Database, invalid, invalidField, notFound, type FieldProblem, type Runtime, type Tx } from '@helpdesk/platform';
import { searchTextOf } from '../search/search-text.js';
import { makeReplyToken } from '../threading/reply-token.js';
import { excerptOf } from '../threading/excerpt.js';
import { TimelineRepository } from '../timeline/timeline.repository.js';
import { RUNTIME } from '../tokens.js';
import { contentOf, withQuote } from './outgoing-content.js';
import { RepliesRepository } from './replies.repository.js';
import { ReplyTargetsRepository, type ChannelCopy, type ReplyConversation } from './reply-targets.repository.js';

export interface Author {
  accountId: string;
  userId: string;
  name: string;
}

const EMAIL = /^[^\s@<>"',;:()[\]\\]+@[^\s@<>"',;:()[\]\\]+$/;
/** Our References stay below the line lengths some servers still cut at. */
const MAX_REFERENCES = 20;

/** Replies to customers: stored with their Message-ID, and handed to the channel in the same transaction. */
@Injectable()
export class RepliesService {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly bus: MessageBus,
    private readonly repository: RepliesRepository,
    private readonly targets: ReplyTargetsRepository,
    private readonly timeline: TimelineRepository,
  ) {}

  /** Repeating it with the same messageId gives the message that is there. */
  async reply(author: Author, args: ReplyArgs): Promise<TimelineItem> {
    const { grant, messageId } = args;
    const { accountId } = author;
    return this.database.transaction(accountId, async (tx) => {
      // Locked before it is looked for: a repeated request that overlaps the first waits for it here.
      const thread = await this.repository.lockThread(tx, accountId, grant.ticketId);
      const known = await this.timeline.one(accountId, grant.ticketId, messageId, tx);
      if (known) return known;
      if (args.threadVersion !== undefined && args.threadVersion < thread.threadVersion) {
        throw conflict('thread_changed', 'A newer message has arrived on this ticket. Read it before you send.');
      }
      if (!args.html?.trim() && !args.text?.trim() && !args.attachmentIds?.length)
        throw invalidField('/text', 'required', 'a reply needs text or HTML');
      const { conversation, channel } = await this.target(tx, accountId, args);
      const to = this.recipients(args, conversation);
      const files = await this.repository.checkFiles(tx, accountId, args.attachmentIds ?? [], author.userId);

      const content = contentOf(args.html, args.text);
      const delayMs = args.sendAt ? Math.max(0, Date.parse(args.sendAt) - Date.now()) : args.undoSeconds * 1000;
      const dueAt = delayMs > 0 ? new Date(Date.now() + delayMs) : undefined;
      const last = conversation.id
        ? await this.repository.lastPublic(tx, { accountId, ticketId: grant.ticketId, conversationId: conversation.id })
        : null;
      const seq = await this.repository.nextSeq(tx, accountId, grant.ticketId, dueAt === undefined);
      const conversationId =
        conversation.id ??
        (await this.targets.startConversation(tx, accountId, grant.ticketId, channel, to.to[0] ?? null, args.subject ?? grant.name));
      const reply = {
        id: messageId,
        accountId,
        ticketId: grant.ticketId,
        conversationId,
        channelId: channel.channelId,
        seq,
        author: { type: 'user' as const, id: author.userId, name: author.name },
        recipients: to,
        subject: channel.type === 'email' ? (args.subject ?? answerSubject(conversation.subject ?? grant.name)) : null,
        content,
        rfcMessageId: channel.type === 'email' ? `${messageId}@${domainOf(channel.address)}` : null,
        inReplyTo: last?.externalId ?? null,
        references: threadIds(last),
        state: dueAt ? ('scheduled' as const) : ('queued' as const),
        sendAt: dueAt ?? null,
        isAutomatic: false,
        moveToStageId: args.moveTo ?? null,
        files,
      };
      await this.repository.insert(tx, reply);
      await this.bus.publish(tx, accountId, this.delivery(reply, conversation, channel, withQuote(content, last), 1), { dueAt });
      await this.bus.publish(
        tx,
        accountId,
        new MessageAdded({
          ticketId: grant.ticketId,
          conversationId,
          message: {
            messageId,
            seq,
            kind: 'message',
            direction: 'out',
            excerpt: excerptOf(content.text),
            authorUserId: author.userId,
            authorName: author.name,
            // When the customer gets it.
            at: (dueAt ?? new Date()).toISOString(),
            isAutomatic: false,
            isBounce: false,
            attachmentCount: files.length,
            searchText: searchTextOf({
              subject: reply.subject,
              text: content.text,
              people: [author.name, ...[...to.to, ...to.cc].map(({ value }) => value)],
              files: files.map(({ filename }) => filename),
            }),
            moveToStageId: args.moveTo ?? null,
            authorFollows: args.authorFollows,
          },
        }),
        { dueAt },
      );
      if (args.sendAt && dueAt) await this.tellScheduled(tx, author, grant.ticketId, messageId, true);
      return (await this.timeline.one(accountId, grant.ticketId, messageId, tx)) as TimelineItem;
    });
  }

  /** Takes a message back while it waits: for the undo window, or for its time. */
  async cancel(accountId: string, grant: TicketGrant, messageId: string): Promise<TimelineItem> {
    return this.database.transaction(accountId, async (tx) => {
      const message = await this.repository.lockOutgoing(tx, accountId, grant.ticketId, messageId);
      if (!message) throw notFound();
      if (message.state === 'cancelled') return (await this.timeline.one(accountId, grant.ticketId, messageId, tx)) as TimelineItem;
      const keys = await this.repository.formerKeys(tx, accountId, messageId);
      const withdrawn = await this.bus.withdraw(tx, 'deliver-message', keys.conversations, ['messageId'], messageId);
      if (message.state !== 'scheduled' || withdrawn === 0) throw conflict('already_sent', 'It is on its way already.');
      await this.bus.withdraw(tx, 'message.added', keys.tickets, ['message', 'messageId'], messageId);
      await this.repository.setState(tx, messageId, 'cancelled');
      if (message.authorId) await this.tellScheduled(tx, { accountId, userId: message.authorId }, grant.ticketId, messageId, false);
      return (await this.timeline.one(accountId, grant.ticketId, messageId, tx)) as TimelineItem;
    });
  }

  /** One more try of a message that ended as failed, bounced or unconfirmed, under the same Message-ID. */
  async retry(accountId: string, grant: TicketGrant, messageId: string): Promise<TimelineItem> {
    return this.database.transaction(accountId, async (tx) => {
      const message = await this.repository.lockOutgoing(tx, accountId, grant.ticketId, messageId);
      if (!message) throw notFound();
      if (!['failed', 'bounced', 'unconfirmed'].includes(message.state))
        throw conflict('not_failed', `A message that is ${message.state} cannot be tried again.`);
      const stored = await this.repository.load(tx, messageId);
      const conversation = await this.targets.conversation(tx, accountId, grant.ticketId, message.conversationId);
      if (!conversation) throw notFound();
      const channel = await this.targets.channel(tx, accountId, stored.channelId);
      if (!channel?.isUsable) throw conflict('channel_unusable', 'The channel is switched off or was removed.');
      const attempt = message.attempt + 1;
      await this.repository.setState(tx, messageId, 'queued', attempt);
      const quoted = await this.repository.lastPublic(
        tx,
        { accountId, ticketId: grant.ticketId, conversationId: message.conversationId },
        stored.seq,
      );
      await this.bus.publish(tx, accountId, this.delivery(stored, conversation, channel, withQuote(stored.content, quoted), attempt));
      return (await this.timeline.one(accountId, grant.ticketId, messageId, tx)) as TimelineItem;
    });
  }

  private tellScheduled(
    tx: Tx,
    { accountId, userId }: Omit<Author, 'name'>,
    ticketId: string,
    key: string,
    isThere: boolean,
  ): Promise<void> {
    return this.bus.publish(tx, accountId, new UnsentChanged({ ticketId, what: 'scheduled', key, userId, isThere }));
  }

  private delivery(
    reply: {
      id: string;
      conversationId: string;
      author: { name: string };
      recipients: { to: Address[]; cc: Address[]; bcc: Address[] };
      subject: string | null;
    } & {
      rfcMessageId: string | null;
      inReplyTo: string | null;
      references: string[];
      isAutomatic: boolean;
      files: FileRef[];
      accountId: string;
    },
    conversation: ReplyConversation,
    channel: ChannelCopy,
    content: { html: string; text: string },
    attempt: number,
  ): DeliverMessage {
    return new DeliverMessage({
      messageId: reply.id,
      conversationId: reply.conversationId,
      channelId: channel.channelId,
      attempt,
      thread: conversation.thread,
      to: reply.recipients.to,
      cc: reply.recipients.cc,
      bcc: reply.recipients.bcc,
      fromName: reply.author.name,
      subject: reply.subject,
      text: content.text,
      html: content.html,
      attachments: reply.files,
      rfcMessageId: reply.rfcMessageId,
      inReplyTo: reply.inReplyTo,
      references: reply.references,
      replyToken: channel.type === 'email' ? makeReplyToken(this.runtime.keys, reply.accountId, reply.conversationId) : null,
      isAutomatic: reply.isAutomatic,
    });
  }

  /** The conversation to answer on, and the channel that carries it: forms and calls are answered by mail (S-29). */
  private async target(tx: Tx, accountId: string, args: ReplyArgs): Promise<{ conversation: ReplyConversation; channel: ChannelCopy }> {
    const conversations = await this.targets.conversations(tx, accountId, args.grant.ticketId);
    const wanted = args.conversationId ? conversations.find((c) => c.id === args.conversationId) : conversations[0];
    if (args.conversationId && !wanted) throw invalidField('/conversationId', 'unknown', 'is no conversation of this ticket');
    if (args.channelId && !(await this.targets.channel(tx, accountId, args.channelId)))
      throw invalidField('/channelId', 'unknown', 'is no channel');
    const own = wanted && (await this.targets.channel(tx, accountId, args.channelId ?? wanted.channelId));
    if (own && wanted && (own.type === 'email' || own.type === 'custom' || own.type === 'chat')) {
      if (!own.isUsable) throw conflict('channel_unusable', 'The channel is switched off or was removed.');
      const isSame = own.channelId === wanted.channelId;
      return { conversation: isSame ? wanted : { ...wanted, id: null, thread: null }, channel: own };
    }
    const byMail = args.channelId
      ? await this.targets.channel(tx, accountId, args.channelId)
      : await this.targets.firstMailChannel(tx, accountId);
    if (!byMail?.isUsable) throw conflict('no_mail_channel', 'There is no e-mail channel to answer through.');
    const started = conversations.find((c) => c.channelId === byMail.channelId);
    return { conversation: started ?? { ...(wanted ?? { ...NOBODY, subject: args.grant.name }), id: null, thread: null }, channel: byMail };
  }

  private recipients(args: ReplyArgs, conversation: ReplyConversation): { to: Address[]; cc: Address[]; bcc: Address[] } {
    const errors: FieldProblem[] = [];
    const parse = (field: 'to' | 'cc' | 'bcc') =>
      (args[field] ?? []).map((value, i): Address => {
        if (!EMAIL.test(value) || value.length > 320)
          errors.push({ pointer: `/${field}/${i}`, code: 'invalid', detail: 'is no e-mail address' });
        return { kind: 'email', value: value.toLowerCase() };
      });
    const [to, cc, bcc] = [parse('to'), parse('cc'), parse('bcc')];
    if (errors.length > 0) throw invalid(errors);
    if (to.length > 0 || args.to !== undefined) {
      if (to.length === 0) throw invalidField('/to', 'required', 'needs at least one recipient');
      return { to, cc, bcc };
    }
    if (!conversation.answerTo) throw invalidField('/to', 'no_address', 'No address is known. Add an e-mail address or a contact.');
    return { to: [conversation.answerTo], cc, bcc };
  }
}

const NOBODY: ReplyConversation = { id: null, channelId: '', channelType: 'email', thread: null, subject: null, answerTo: null };
const domainOf = (address: string | null) => address?.slice(address.lastIndexOf('@') + 1) || 'localhost';
export const answerSubject = (subject: string) => (/^\s*re\s*:/i.test(subject) ? subject : `Re: ${subject}`);

/** First and newest ids of the thread (RFC 5322 section 3.6.4). */
export function threadIds(last: { externalId: string | null; references: string[] } | null): string[] {
  if (!last) return [];
  const ids = [...new Set([...last.references, ...(last.externalId ? [last.externalId] : [])])];
  return ids.length <= MAX_REFERENCES ? ids : [...ids.slice(0, 1), ...ids.slice(1 - MAX_REFERENCES)];
}
