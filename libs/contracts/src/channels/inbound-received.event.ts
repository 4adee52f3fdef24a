import { DefineEvent, DomainEvent } from '../define-event.js';
import { IsBoolean, IsISO8601, IsObject, IsString, IsUUID } from 'class-validator';
import type { Address, ChannelType } from '../enums.js';
import type { RoutingSettings } from '../tickets/routing.js';

/** A stored file: its bytes are in the blob store under `sha256` (lower-case hex). */
export interface FileRef {
  filename: string;
  contentType: string;
  size: number;
  sha256: string;
  inline: boolean;
  contentId: string | null;
}

export interface CallFacts {
  direction: 'inbound' | 'outbound';
  startedAt: string | null;
  durationSeconds: number | null;
  outcome: 'answered' | 'missed' | 'voicemail' | null;
  recordingUrl: string | null;
  transcript: string | null;
}

export interface FormField {
  name: string;
  label: string;
  value: string;
}

/** What automatic mail is, and what a bounce says of a message of ours. */
export interface AutomaticFacts {
  isAutoReply: boolean;
  isBounce: boolean;
  reasons: string[];
  bounce: { recipient: string | null; status: string | null; hard: boolean; reason: string; originalMessageId: string | null } | null;
}

/** One message from outside, whatever door it came through: the only shape conversations knows. */
export interface InboundMessage {
  kind: 'message' | 'form' | 'call';
  /** The sender's own id for it: the envelope's `id`, or the Message-ID of a mail (without <>); null when a mail has none. */
  externalId: string | null;
  /** The adapter's thread id. */
  thread: string | null;
  inReplyTo: string | null;
  /** Ids of earlier messages, oldest first (mail). */
  references: string[];
  sender: Address | null;
  /** Where an answer goes when it is not the sender. */
  replyTo: Address[];
  to: Address[];
  cc: Address[];
  /** Tokens of plus-addresses it was sent to (`t.<id>.<signature>`), unverified. */
  tokens: string[];
  sentAt: string | null;
  subject: string | null;
  text: string;
  /** The new part of `text`; the rest is quote and signature. */
  visibleText: string;
  hasQuote: boolean;
  hasForward: boolean;
  /** Sanitised. */
  html: string | null;
  attachments: FileRef[];
  form: { fields: FormField[] } | null;
  call: CallFacts | null;
  /** Set when nothing automatic may follow (D-40, D-41). */
  automatic: AutomaticFacts | null;
  /** Set when the original could not be read; it is attached. */
  unreadable: { code: string; detail: string } | null;
  warnings: string[];
}

/** The channel's settings that decide what becomes of a message, as they were when it was accepted. */
export interface ChannelFacts {
  id: string;
  type: ChannelType;
  name: string;
  address: string | null;
  createTicket: boolean;
  pipelineId: string | null;
  stageId: string | null;
  teamId: string | null;
  hasAutoReply: boolean;
  /** Absent: its tickets go to nobody. */
  routing?: RoutingSettings;
}

@DefineEvent({ name: 'inbound.received', version: 1, owner: 'channels', consumers: ['conversations'], key: 'threadKey' })
export class InboundReceived extends DomainEvent<InboundReceived> {
  @IsUUID() envelopeId: string;
  /** Messages of one thread share it, so that they are handled in order of arrival. */
  @IsString() threadKey: string;
  @IsObject() channel: ChannelFacts;
  @IsObject() message: InboundMessage;
  /** SHA-256 of the content without what changes on the way; equal for copies of one mail to several of our addresses. */
  @IsString() contentHash: string;
  /** Other channels of the account that the same mail is addressed to (D-26). */
  @IsString({ each: true }) siblingChannelIds: string[];
  @IsString() rawSha256: string;
  @IsISO8601() receivedAt: string;
  /** The sender is one of our own channel addresses, or the mail carries our loop header (D-27). */
  @IsBoolean() isOurOwn: boolean;
}
