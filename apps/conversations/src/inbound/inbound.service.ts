import { Inject, Injectable } from '@nestjs/common';
import {
  ConversationStarted,
  MessageAdded,
  MessageDeliveryFailed,
  type Address,
  type InboundMessage,
  type InboundReceived,
  type MessageFacts,
  type TicketSource,
  type TimelineKind,
} from '@helpdesk/contracts';
import { MessageBus, Park, type Delivery } from '@helpdesk/messaging';
import { isUuid, newId, type Runtime, type Tx } from '@helpdesk/platform';
import { markUndeliverable, resolveContact, type KnownContact } from '../contacts/contacts.repository.js';
import { searchTextOf } from '../search/search-text.js';
import { readReplyToken } from '../threading/reply-token.js';
import { taggedNumbers } from '../threading/subject-tag.js';
import { excerptOf } from '../threading/excerpt.js';
import * as threads from '../threading/threading.repository.js';
import { place, type Candidate, type Placement } from '../threading/threading.rules.js';
import { RUNTIME } from '../tokens.js';
import { isBlocked } from '../senders/blocked-senders.service.js';
import * as store from './inbound.repository.js';

/** The rule of a blocked sender. */
const BLOCKED = 'D-67';
/** More new tickets than this by one automatic sender within ten minutes are parked (D-43). */
const MAX_AUTOMATIC_TICKETS = 5;

/** Turns one accepted message into one entry on one ticket; everything about it happens in the transaction that takes the event. */
@Injectable()
export class InboundService {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly bus: MessageBus,
  ) {}

  async receive(event: InboundReceived, tx: Tx, { accountId, isReplay }: Delivery): Promise<void> {
    const message = event.isOurOwn ? asOwn(event.message) : event.message;
    const [isSpam, found] = await Promise.all([isBlocked(tx, accountId, message.sender), this.candidates(tx, accountId, event, message)]);
    const isContact = message.sender !== null && message.automatic === null && !isSpam;
    const contact = isContact && message.sender ? await resolveContact(tx, accountId, message.sender) : null;
    if (event.siblingChannelIds.length > 0 && (await this.joinsSibling(tx, accountId, event))) return;

    const placement = isSpam ? asSpam(found.compared) : await this.settled(tx, accountId, event, message, found);
    if (placement.kind === 'append') await this.append(tx, accountId, event, message, placement, contact);
    else
      await this.begin(
        tx,
        accountId,
        event,
        message,
        await this.withSiblingLink(tx, accountId, event, message, placement),
        contact,
        isReplay,
      );
    if (message.automatic?.bounce) await this.noteBounce(tx, accountId, event, message.automatic.bounce);
  }

  /** The place as it is once nobody can change it any more: a thread that it joins is locked. */
  private async settled(
    tx: Tx,
    accountId: string,
    event: InboundReceived,
    message: InboundMessage,
    found: { candidates: Candidate[]; compared: string[] },
  ): Promise<Placement> {
    const placement = place(message, found.candidates, found.compared, new Date(event.receivedAt));
    if (placement.kind !== 'append') return placement;
    const { ticketId, state, arrangement } = placement.candidate;
    const locked = await store.lockThread(tx, ticketId);
    if (!locked || (locked.state === state && locked.arrangement === arrangement)) return placement;
    // Closed, reopened, merged or split while it was looked for.
    return this.settled(tx, accountId, event, message, await this.candidates(tx, accountId, event, message));
  }

  private async append(
    tx: Tx,
    accountId: string,
    event: InboundReceived,
    message: InboundMessage,
    placement: Placement & { kind: 'append' },
    contact: KnownContact | null,
  ) {
    const { candidate, reopens } = placement;
    const seq = await store.nextSeq(tx, candidate.ticketId, reopens);
    const entry = this.entry(event, message, contact, candidate.ticketId, candidate.conversationId, seq, placement);
    store.insertMessage(tx, accountId, entry);
    store.noteParticipants(tx, candidate.conversationId, participantsOf(event, message), message.subject);
    await this.bus.publish(
      tx,
      accountId,
      new MessageAdded({ ticketId: candidate.ticketId, conversationId: candidate.conversationId, message: factsOf(entry) }),
    );
  }

  private async begin(
    tx: Tx,
    accountId: string,
    event: InboundReceived,
    message: InboundMessage,
    placement: Placement & { kind: 'new' },
    contact: KnownContact | null,
    isReplay: boolean,
  ) {
    if (!isReplay) await this.guardNew(tx, accountId, event, message);
    const { channel } = event;
    const isSpam = placement.decision.rule === BLOCKED;
    const ticketId = newId();
    const conversationId = newId();
    const entry = this.entry(event, message, contact, ticketId, conversationId, 1, placement);
    store.insertConversation(tx, accountId, {
      id: conversationId,
      ticketId,
      channel,
      thread: threadOf(message),
      contactId: contact?.id ?? null,
      counterpart: message.sender,
      participants: participantsOf(event, message),
      subject: message.subject,
      isAutomatic: message.automatic !== null,
      isSpam,
    });
    store.insertMessage(tx, accountId, entry);
    await this.bus.publish(
      tx,
      accountId,
      new ConversationStarted({
        ticketId,
        conversationId,
        channel,
        source: channel.type as TicketSource,
        name: nameOf(message),
        contactId: contact?.id ?? null,
        contactName: contact?.name ?? message.sender?.name ?? message.sender?.value ?? null,
        companyId: contact?.companyId ?? null,
        contactOwnerId: contact?.ownerId ?? null,
        message: factsOf(entry),
        link: placement.link,
        wantsNumber: !isSpam && channel.hasAutoReply && message.automatic === null && message.sender?.kind === 'email',
        isUnreadable: message.unreadable !== null,
        isSpam,
      }),
    );
  }

  private async guardNew(tx: Tx, accountId: string, event: InboundReceived, message: InboundMessage): Promise<void> {
    if (!event.channel.createTicket) throw new Park('untriaged', 'The channel makes no tickets by itself.');
    const sender = message.sender?.value;
    if (!message.automatic || !sender) return;
    if ((await store.recentAutomatic(tx, accountId, sender)) >= MAX_AUTOMATIC_TICKETS) {
      throw new Park('flood', `${sender} opened more than ${MAX_AUTOMATIC_TICKETS} tickets automatically within ten minutes.`);
    }
  }

  /** In the order of the rules: token, message ids, subject tag, the adapter's thread. */
  private async candidates(
    tx: Tx,
    accountId: string,
    event: InboundReceived,
    message: InboundMessage,
  ): Promise<{ candidates: Candidate[]; compared: string[] }> {
    const { keys } = this.runtime;
    const found: Promise<Candidate[]>[] = [];
    const bounced = message.automatic?.bounce?.originalMessageId;
    const ids = [...new Set([message.inReplyTo, bounced, ...message.references.toReversed()])]
      .filter((id): id is string => Boolean(id))
      .slice(0, 50);
    for (const token of message.tokens.slice(0, 5)) {
      const conversationId = readReplyToken(keys, accountId, token);
      if (conversationId) found.push(threads.byConversation(tx, accountId, conversationId, token, ids));
    }
    const byIds = threads.byExternalIds(tx, accountId, event.channel.id, ids);
    if (event.channel.type === 'email') {
      found.push(byIds);
      for (const number of taggedNumbers(keys, accountId, message.subject ?? '')) found.push(threads.byNumber(tx, accountId, number));
    } else {
      // An adapter has signed for what it says: whoever it names may join.
      found.push(byIds.then((list) => list.map((candidate) => ({ ...candidate, rule: 'D-29' as const }))));
      if (message.inReplyTo && isUuid(message.inReplyTo))
        found.push(threads.byMessageId(tx, accountId, event.channel.id, message.inReplyTo));
      const thread = threadOf(message);
      if (thread && (message.kind === 'message' || message.thread)) found.push(threads.byThread(tx, accountId, event.channel.id, thread));
    }
    return { candidates: (await Promise.all(found)).flat(), compared: ids };
  }

  /** D-26: the same mail reached another of our addresses that the same team answers: it is there already. */
  private async joinsSibling(tx: Tx, accountId: string, event: InboundReceived): Promise<boolean> {
    const twin = await store.findTwin(tx, accountId, event.contentHash, event.message.externalId, event.siblingChannelIds);
    if (!twin || twin.teamId !== event.channel.teamId) return false;
    await store.noteAlsoVia(tx, twin.conversationId, event.channel.id);
    return true;
  }

  private async withSiblingLink(
    tx: Tx,
    accountId: string,
    event: InboundReceived,
    message: InboundMessage,
    placement: Placement & { kind: 'new' },
  ): Promise<Placement & { kind: 'new' }> {
    if (placement.link) return placement;
    if (event.siblingChannelIds.length > 0) {
      const twin = await store.findTwin(tx, accountId, event.contentHash, message.externalId, event.siblingChannelIds);
      if (twin) return { ...placement, link: { kind: 'related', ticketId: twin.ticketId } };
    }
    // D-24c: a mail of ours that a customer forwarded to another of our addresses.
    if (message.references.length === 0 && !message.inReplyTo) return placement;
    const ids = [message.inReplyTo, ...message.references].filter((id): id is string => Boolean(id)).slice(0, 50);
    const [elsewhere] = await threads.byExternalIds(tx, accountId, null, ids);
    return elsewhere && elsewhere.channelId !== event.channel.id
      ? { ...placement, link: { kind: 'related', ticketId: elsewhere.ticketId } }
      : placement;
  }

  private async noteBounce(
    tx: Tx,
    accountId: string,
    event: InboundReceived,
    bounce: NonNullable<NonNullable<InboundMessage['automatic']>['bounce']>,
  ) {
    if (!bounce.originalMessageId) return;
    const detail = [bounce.status, bounce.reason, bounce.recipient].filter(Boolean).join(' ');
    const bounced = await store.markBounced(tx, accountId, event.channel.id, bounce.originalMessageId, detail);
    if (!bounced) return;
    if (bounce.hard && bounce.recipient) await markUndeliverable(tx, accountId, bounce.recipient);
    await this.bus.publish(
      tx,
      accountId,
      new MessageDeliveryFailed({ ticketId: bounced.ticketId, messageId: bounced.messageId, state: 'bounced', detail }),
    );
  }

  private entry(
    event: InboundReceived,
    message: InboundMessage,
    contact: KnownContact | null,
    ticketId: string,
    conversationId: string,
    seq: number,
    placement: Placement,
  ): store.NewMessage {
    const flags = [
      ...placement.flags,
      ...message.warnings,
      ...(message.unreadable ? ['unreadable'] : []),
      ...(event.isOurOwn ? ['own_mail'] : []),
    ];
    return {
      id: newId(),
      ticketId,
      conversationId,
      channelId: event.channel.id,
      seq,
      kind: message.kind as TimelineKind,
      author: {
        type: event.isOurOwn ? 'system' : 'contact',
        id: contact?.id ?? null,
        name: contact?.name ?? message.sender?.name ?? message.sender?.value ?? 'Unknown',
      },
      authorAddress: message.sender?.value ?? null,
      message,
      event,
      isAutomatic: message.automatic !== null,
      flags,
      decision: placement.decision,
    };
  }
}

/** A ticket of its own among spam, whatever it answers. */
function asSpam(compared: string[]): Placement & { kind: 'new' } {
  const decision = { rule: BLOCKED, reason: 'The sender is blocked.', compared, matched: null, guards: [] };
  return { kind: 'new', link: null, flags: ['blocked_sender'], decision };
}

/** Nothing automatic follows a mail of our own that came back (D-27). */
function asOwn(message: InboundMessage): InboundMessage {
  return { ...message, automatic: message.automatic ?? { isAutoReply: false, isBounce: false, reasons: ['own_mail'], bounce: null } };
}

/** What D-29 threads by; mail threads by its headers instead. */
function threadOf(message: InboundMessage): string | null {
  return message.thread ?? (message.sender ? `${message.sender.kind}:${message.sender.value}` : null);
}

function participantsOf(event: InboundReceived, message: InboundMessage): string[] {
  const mails = [message.sender, ...message.to, ...message.cc].filter((address): address is Address => address?.kind === 'email');
  return [...new Set(mails.map((address) => address.value))].filter((value) => value !== event.channel.address).slice(0, 100);
}

/** The ticket's name: the subject, else the first line, else what it is. At most 255 characters. */
function nameOf(message: InboundMessage): string {
  const text = message.subject?.trim() || message.visibleText.trim().split('\n')[0]?.trim() || '';
  if (text) return text.slice(0, 255);
  if (message.call) return `Call from ${message.sender?.name ?? message.sender?.value ?? 'unknown'}`;
  return '(no subject)';
}

function factsOf(entry: store.NewMessage): MessageFacts {
  return {
    messageId: entry.id,
    seq: entry.seq,
    kind: entry.kind,
    direction: 'in',
    excerpt: excerptOf(entry.message.visibleText),
    authorUserId: null,
    authorName: entry.author.name,
    at: entry.event.receivedAt,
    isAutomatic: entry.isAutomatic,
    isBounce: entry.message.automatic?.isBounce ?? false,
    attachmentCount: entry.message.attachments.length,
    searchText: searchTextOf({
      subject: entry.message.subject,
      text: entry.message.visibleText,
      people: [entry.author.name, entry.message.sender?.name, entry.authorAddress],
      files: entry.message.attachments.map(({ filename }) => filename),
    }),
    moveToStageId: null,
  };
}
