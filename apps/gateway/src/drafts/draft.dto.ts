import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Draft } from '@helpdesk/contracts';
import { ArrayMaxSize, IsArray, IsInt, IsOptional, IsString, MaxLength, Min } from 'class-validator';
import { TEXT_LIMIT } from '../messages/message.dto.js';
import { AreIds, IsId, IsOneLine } from '../problems/field-rules.js';

export class DraftDto implements Draft {
  @ApiPropertyOptional() html?: string;
  @ApiPropertyOptional({ type: [String] }) to?: string[];
  @ApiPropertyOptional({ type: [String] }) cc?: string[];
  @ApiPropertyOptional({ type: [String] }) bcc?: string[];
  @ApiPropertyOptional() subject?: string;
  @ApiPropertyOptional({ type: [String] }) attachmentIds?: string[];
  @ApiPropertyOptional({ format: 'uuid' }) moveTo?: string;
  @ApiProperty({ description: 'Give it back with the next change' }) revision: number;
  @ApiProperty({ format: 'date-time' }) updatedAt: string;
}

const Addresses = () => {
  const rules = [
    IsOptional(),
    IsArray(),
    ArrayMaxSize(100),
    IsString({ each: true }),
    IsOneLine(true),
    ApiPropertyOptional({ type: [String] }),
  ];
  return (target: object, key: string) => rules.forEach((rule) => rule(target, key));
};

export class PutDraftDto {
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT_LIMIT) html?: string;
  @Addresses() to?: string[];
  @Addresses() cc?: string[];
  @Addresses() bcc?: string[];
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(900) @IsOneLine() subject?: string;
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @ArrayMaxSize(50)
  @AreIds()
  attachmentIds?: string[];
  @ApiPropertyOptional({ format: 'uuid' }) @IsOptional() @IsId() moveTo?: string;
  @ApiPropertyOptional({ description: 'The revision last read; absent for a first draft' })
  @IsOptional()
  @IsInt()
  @Min(1)
  revision?: number;
}
