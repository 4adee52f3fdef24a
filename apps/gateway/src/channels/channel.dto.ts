import { IsNested } from '@helpdesk/platform';
import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { CHANNEL_TYPES, type ChannelType } from '@helpdesk/contracts';
import { IsBoolean, IsIn, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';
import { IsId, IsOneLine, MayBeAbsent, MayBeNull } from '../problems/field-rules.js';
import { RoutingDto } from './routing.dto.js';

const nullableUuid = { type: String, format: 'uuid', nullable: true } as const;

export class AutoReplyDto {
  @ApiProperty() @IsBoolean() enabled: boolean;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(300) @IsOneLine() subject?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(100_000) html?: string;
}

export class ChannelSettingsDto {
  @ApiPropertyOptional({ type: AutoReplyDto }) @IsOptional() @IsNested(() => AutoReplyDto) autoReply?: AutoReplyDto;
  @ApiPropertyOptional({ readOnly: true, description: 'Made by us, for forms and chat' }) @IsOptional() @IsString() publicKey?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(2_000) webhookUrl?: string;
  @ApiPropertyOptional({ description: 'Off: what arrives is accepted and parked' }) @MayBeAbsent() @IsBoolean() disabled?: boolean;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(200) @IsOneLine() fromName?: string;
  @ApiPropertyOptional({ writeOnly: true, description: 'Own relay of an e-mail channel' })
  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  smtpUrl?: string;
  @ApiPropertyOptional({ type: RoutingDto, description: 'To whom its tickets go; absent = nobody' })
  @MayBeAbsent()
  @IsNested(() => RoutingDto)
  routing?: RoutingDto;
}

export class NewChannelDto {
  @ApiProperty({ enum: CHANNEL_TYPES }) @IsIn(CHANNEL_TYPES) type: ChannelType;
  @ApiProperty({ example: 'Shop' }) @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() name: string;
  @ApiPropertyOptional({ type: String, nullable: true }) @MayBeNull() @IsString() @MaxLength(320) address?: string | null;
  @ApiPropertyOptional({ default: true }) @MayBeAbsent() @IsBoolean() createTicket?: boolean;
  @ApiPropertyOptional(nullableUuid) @MayBeNull() @IsId() pipelineId?: string | null;
  @ApiPropertyOptional(nullableUuid) @MayBeNull() @IsId() stageId?: string | null;
  @ApiPropertyOptional(nullableUuid) @MayBeNull() @IsId() teamId?: string | null;
  @ApiPropertyOptional({ type: ChannelSettingsDto })
  @MayBeAbsent()
  @IsNested(() => ChannelSettingsDto)
  settings?: ChannelSettingsDto;
}

export class PatchChannelDto extends PartialType(NewChannelDto, { skipNullProperties: false }) {}

export class ChannelDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ enum: CHANNEL_TYPES }) type: ChannelType;
  @ApiProperty() name: string;
  @ApiProperty({ type: String, nullable: true }) address: string | null;
  @ApiProperty() createTicket: boolean;
  @ApiProperty(nullableUuid) pipelineId: string | null;
  @ApiProperty(nullableUuid) stageId: string | null;
  @ApiProperty(nullableUuid) teamId: string | null;
  @ApiProperty({ type: ChannelSettingsDto }) settings: ChannelSettingsDto;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
  @ApiPropertyOptional({ description: 'For the HTTP door; only in the answer that made the channel' }) token?: string;
  @ApiPropertyOptional({ description: 'Signs queue messages and webhooks; only in the answer that made the channel' }) secret?: string;
}

export class ChannelListDto {
  @ApiProperty({ type: [ChannelDto] }) items: ChannelDto[];
}

export class TestStepDto {
  @ApiProperty() name: string;
  @ApiProperty() ok: boolean;
  @ApiProperty() detail: string;
}

export class ChannelTestDto {
  @ApiProperty({ type: [TestStepDto] }) steps: TestStepDto[];
}
