import { DefineEvent, DomainEvent } from '../define-event.js';
import { IsBoolean, IsInt, IsOptional, IsString, IsUUID } from 'class-validator';
import type { ChannelType } from '../enums.js';

/** A channel was made, changed or removed. Conversations keeps a copy: replies need its type, address and whether it can send. */
@DefineEvent({ name: 'channel.changed', version: 1, owner: 'channels', consumers: ['conversations'], key: 'channelId' })
export class ChannelChanged extends DomainEvent<ChannelChanged> {
  @IsUUID() channelId: string;
  @IsInt() version: number;
  @IsString() type: ChannelType;
  @IsString() name: string;
  @IsOptional() @IsString() address: string | null;
  /** Neither switched off nor removed: replies may be sent through it. */
  @IsBoolean() isUsable: boolean;
  @IsOptional() @IsString() autoReplySubject: string | null;
  @IsOptional() @IsString() autoReplyHtml: string | null;
}
