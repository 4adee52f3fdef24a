import { DefineEvent, DomainEvent } from '../define-event.js';
import { IsObject, IsOptional, IsString, IsUUID } from 'class-validator';
import type { ChannelFacts } from '../channels/inbound-received.event.js';
import type { LinkKind, TicketSource, TimelineKind } from '../enums.js';

/** What tickets needs of a message; plain text is capped, the rest is fetched from conversations. */
export interface MessageFacts {
  messageId: string;
  seq: number;
  kind: TimelineKind;
  direction: 'in' | 'out';
  /** Newest part, at most 300 characters. */
  excerpt: string;
  authorUserId: string | null;
  authorName: string;
  at: string;
  /** No reopening, no status change, no assignment follows (D-41). */
  isAutomatic: boolean;
  isBounce: boolean;
  attachmentCount: number;
  /** What the ticket is found by: subject, text, people, file names. Not there in events of before there was a search. */
  searchText?: string;
  /** An agent's wish that goes with the reply: the stage the ticket moves to. */
  moveToStageId: string | null;
  /** The author of this answer wants to be told what else happens on the ticket. */
  authorFollows?: boolean;
}

/** A conversation began and with it a ticket; the first message is part of it. */
@DefineEvent({ name: 'conversation.started', version: 1, owner: 'conversations', consumers: ['tickets'], key: 'ticketId' })
export class ConversationStarted extends DomainEvent<ConversationStarted> {
  @IsUUID() ticketId: string;
  @IsUUID() conversationId: string;
  @IsObject() channel: ChannelFacts;
  @IsString() source: TicketSource;
  @IsString() name: string;
  @IsOptional() @IsUUID() contactId: string | null;
  @IsOptional() @IsString() contactName: string | null;
  @IsOptional() @IsUUID() companyId: string | null;
  /** The agent whose contact it is. */
  @IsOptional() @IsUUID() contactOwnerId?: string | null;
  @IsObject() message: MessageFacts;
  @IsOptional() @IsObject() link: { kind: LinkKind; ticketId: string } | null;
  /** Conversations wants to hear the ticket's number: an acknowledgement is to be sent. */
  wantsNumber: boolean;
  isUnreadable: boolean;
  /** The sender is blocked (D-67). */
  isSpam?: boolean;
}

/** A public message joined a ticket that exists. */
@DefineEvent({ name: 'message.added', version: 1, owner: 'conversations', consumers: ['tickets'], key: 'ticketId' })
export class MessageAdded extends DomainEvent<MessageAdded> {
  @IsUUID() ticketId: string;
  @IsUUID() conversationId: string;
  @IsObject() message: MessageFacts;
}

/** A message of ours failed or bounced: the owner must know. */
@DefineEvent({ name: 'message.delivery_failed', version: 1, owner: 'conversations', consumers: ['tickets'], key: 'ticketId' })
export class MessageDeliveryFailed extends DomainEvent<MessageDeliveryFailed> {
  @IsUUID() ticketId: string;
  @IsUUID() messageId: string;
  @IsString() state: string;
  @IsString() detail: string;
}
