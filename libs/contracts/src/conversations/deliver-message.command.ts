import { DefineEvent, DomainEvent } from '../define-event.js';
import { IsArray, IsBoolean, IsInt, IsOptional, IsString, IsUUID } from 'class-validator';
import type { FileRef } from '../channels/inbound-received.event.js';
import type { Address } from '../enums.js';

/**
 * Everything a channel needs to send one message, made from public messages only. `rfcMessageId` and the like are for mail and stand
 * without <>.
 */
@DefineEvent({ name: 'deliver-message', version: 1, owner: 'conversations', consumers: ['channels'], key: 'conversationId' })
export class DeliverMessage extends DomainEvent<DeliverMessage> {
  @IsUUID() messageId: string;
  @IsUUID() conversationId: string;
  @IsUUID() channelId: string;
  /** 1 for the first try a person caused, 2 after Retry, … */
  @IsInt() attempt: number;
  @IsOptional() @IsString() thread: string | null;
  @IsArray() to: Address[];
  @IsArray() cc: Address[];
  @IsArray() bcc: Address[];
  @IsString() fromName: string;
  @IsOptional() @IsString() subject: string | null;
  @IsString() text: string;
  @IsOptional() @IsString() html: string | null;
  @IsArray() attachments: FileRef[];
  @IsOptional() @IsString() rfcMessageId: string | null;
  @IsOptional() @IsString() inReplyTo: string | null;
  @IsString({ each: true }) references: string[];
  /** Local-part suffix of Reply-To, see ReplyToken. */
  @IsOptional() @IsString() replyToken: string | null;
  /** An automatic answer of ours (D-42). */
  @IsBoolean() isAutomatic: boolean;
}
