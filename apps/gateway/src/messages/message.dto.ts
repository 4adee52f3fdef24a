import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ADDRESS_KINDS, MESSAGE_STATES, TIMELINE_KINDS, type AddressKind, type MessageState, type TimelineKind } from '@helpdesk/contracts';
import { ArrayMaxSize, IsArray, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { ActivityDto } from '../activities/activity.dto.js';
import { AreIds, IsId, IsMoment, IsOneLine } from '../problems/field-rules.js';

const uuid = { format: 'uuid' } as const;
/** Characters of a message or comment. */
export const TEXT_LIMIT = 900_000;

export class AddressDto {
  @ApiProperty({ enum: ADDRESS_KINDS }) kind: AddressKind;
  @ApiProperty() value: string;
  @ApiPropertyOptional() name?: string;
}

export class AuthorDto {
  @ApiProperty({ enum: ['contact', 'user', 'system'] }) type: 'contact' | 'user' | 'system';
  @ApiProperty({ type: String, nullable: true }) id: string | null;
  @ApiProperty() name: string;
  @ApiPropertyOptional() address?: string;
}

export class AttachmentDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty() filename: string;
  @ApiProperty() contentType: string;
  @ApiProperty({ description: 'Bytes' }) size: number;
  @ApiProperty() inline: boolean;
}

export class TimelineItemDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty({ enum: TIMELINE_KINDS }) kind: TimelineKind;
  @ApiProperty() seq: number;
  @ApiProperty({ enum: ['in', 'out', 'internal'] }) direction: 'in' | 'out' | 'internal';
  @ApiProperty({ type: AuthorDto }) author: AuthorDto;
  @ApiProperty({ type: String, nullable: true }) conversationId: string | null;
  @ApiProperty({ type: String, nullable: true }) channelId: string | null;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
  @ApiPropertyOptional({ type: String, nullable: true }) subject?: string | null;
  @ApiPropertyOptional({ type: [AddressDto] }) to?: AddressDto[];
  @ApiPropertyOptional({ type: [AddressDto] }) cc?: AddressDto[];
  @ApiProperty({ description: 'The visible part; quote and signature are in the body' }) text: string;
  @ApiProperty() hasHtml: boolean;
  @ApiProperty() hasQuote: boolean;
  @ApiProperty({ type: [AttachmentDto] }) attachments: AttachmentDto[];
  @ApiPropertyOptional({ enum: MESSAGE_STATES }) state?: MessageState;
  @ApiPropertyOptional({ type: String, nullable: true }) stateDetail?: string | null;
  @ApiPropertyOptional() isAutomatic?: boolean;
  @ApiPropertyOptional({ type: [String], description: 'Ids of users a comment mentions' }) mentions?: string[];
  @ApiPropertyOptional({ type: [String], example: ['topic_changed'] }) flags?: string[];
  @ApiPropertyOptional({ type: Object }) call?: object;
  @ApiPropertyOptional({ type: Object }) form?: object;
  @ApiPropertyOptional({ type: [Object] }) event?: object[];
  @ApiPropertyOptional({ type: ActivityDto, description: 'The message of another ticket that it stands for' }) activity?: ActivityDto;
}

export class TimelineDto {
  @ApiProperty({ type: [TimelineItemDto] }) items: TimelineItemDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

export class ReplyDto {
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT_LIMIT) html?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT_LIMIT) text?: string;
  @ApiPropertyOptional(uuid) @IsOptional() @IsId() conversationId?: string;
  @ApiPropertyOptional(uuid) @IsOptional() @IsId() channelId?: string;
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @IsOneLine(true)
  to?: string[];
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @IsOneLine(true)
  cc?: string[];
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @IsOneLine(true)
  bcc?: string[];
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(900) @IsOneLine() subject?: string;
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @ArrayMaxSize(50)
  @AreIds()
  attachmentIds?: string[];
  @ApiPropertyOptional({ ...uuid, description: 'Status the ticket moves to with the reply' }) @IsOptional() @IsId() moveTo?: string;
  @ApiPropertyOptional({ format: 'date-time' }) @IsOptional() @IsMoment() sendAt?: string;
  @ApiPropertyOptional({ minimum: 0, maximum: 30 }) @IsOptional() @IsInt() @Min(0) @Max(30) undoSeconds?: number;
  @ApiPropertyOptional() @IsOptional() @IsInt() @Min(0) threadVersion?: number;
}

export class DecisionGuardDto {
  @ApiProperty() rule: string;
  @ApiProperty() result: string;
}

export class DecisionDto {
  @ApiProperty({ example: 'D-23' }) rule: string;
  @ApiProperty() reason: string;
  @ApiProperty({ type: [String] }) compared: string[];
  @ApiProperty({ type: String, nullable: true }) matched: string | null;
  @ApiProperty({ type: [DecisionGuardDto] }) guards: DecisionGuardDto[];
}
