import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  BULK_ACTIONS,
  OPERATION_KINDS,
  PRIORITIES,
  type BulkAction,
  type BulkSet,
  type Filter,
  type OperationKind,
  type OperationState,
  type Priority,
} from '@helpdesk/contracts';
import { IsNested } from '@helpdesk/platform';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, IsObject, IsString, MaxLength } from 'class-validator';
import { AreIds, IsId, IsOneLine, MayBeAbsent, MayBeNull } from '../problems/field-rules.js';
import { TicketDto } from '../tickets/ticket.dto.js';

const uuid = { format: 'uuid' } as const;
const nullableUuid = { type: String, format: 'uuid', nullable: true } as const;
const MAX_MERGED = 20;
const MAX_SPLIT = 500;
const MAX_BULK = 10_000;

export class MergeDto {
  @ApiProperty({ type: [String], format: 'uuid', minItems: 1, maxItems: MAX_MERGED, description: 'The tickets that go into this one' })
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_MERGED)
  @ArrayUnique()
  @AreIds()
  secondaryIds: string[];
}

export class SplitDto {
  @ApiProperty({ type: [String], format: 'uuid', minItems: 1, maxItems: MAX_SPLIT, description: 'Messages and comments of this ticket' })
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_SPLIT)
  @ArrayUnique()
  @AreIds()
  messageIds: string[];
  @ApiPropertyOptional({ maxLength: 255, description: 'Of the new ticket; else the subject of its first message' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(255)
  @IsOneLine()
  name?: string;
}

export class MoveDto {
  @ApiProperty(uuid) @IsId() pipelineId: string;
  @ApiProperty({ ...uuid, description: 'A status of the pipeline' }) @IsId() stageId: string;
  @ApiPropertyOptional(nullableUuid) @MayBeNull() @IsId() teamId?: string | null;
}

export class RethreadDto {
  @ApiProperty({ ...uuid, description: 'The ticket the message belongs to' }) @IsId() ticketId: string;
}

export class BulkSetDto implements BulkSet {
  @ApiPropertyOptional(nullableUuid) @MayBeNull() @IsId() ownerId?: string | null;
  @ApiPropertyOptional(nullableUuid) @MayBeNull() @IsId() teamId?: string | null;
  @ApiPropertyOptional(uuid) @MayBeAbsent() @IsId() stageId?: string;
  @ApiPropertyOptional({ enum: PRIORITIES, nullable: true }) @MayBeNull() @IsIn(PRIORITIES) priority?: Priority | null;
  @ApiPropertyOptional({ type: [String] })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  category?: string[];
  @ApiPropertyOptional({ type: Object, description: 'Custom properties by name; null = cleared' })
  @MayBeAbsent()
  @IsObject()
  properties?: Record<string, unknown>;
}

export class BulkDto {
  @ApiPropertyOptional({
    type: [String],
    format: 'uuid',
    maxItems: MAX_BULK,
    description: 'The tickets; or `view`, with or without `filter`',
  })
  @MayBeAbsent()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_BULK)
  @AreIds()
  ids?: string[];
  @ApiPropertyOptional({ example: 'unassigned' }) @MayBeAbsent() @IsString() @MaxLength(100) view?: string;
  @ApiPropertyOptional({ type: Object, description: 'As in a view' }) @MayBeAbsent() @IsObject() filter?: Filter;
  @ApiProperty({ enum: BULK_ACTIONS }) @IsIn(BULK_ACTIONS) action: BulkAction;
  @ApiPropertyOptional({ type: BulkSetDto, description: 'What `update` sets' }) @MayBeAbsent() @IsNested(() => BulkSetDto) set?: BulkSetDto;
  @ApiPropertyOptional({ ...uuid, description: 'Of `merge`: the ticket that stays; else the one with the lowest number' })
  @MayBeAbsent()
  @IsId()
  primaryId?: string;
}

export class FailedItemDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty({ example: 'not_found' }) code: string;
  @ApiProperty() detail: string;
}

export class OperationDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty({ enum: OPERATION_KINDS }) kind: OperationKind;
  @ApiProperty({ enum: ['running', 'done', 'failed', 'undone'], description: '`failed`: nothing was done to any of them' })
  state: OperationState;
  @ApiProperty({ ...nullableUuid, description: 'The ticket it is about; null for many, and where you do not see it any more' }) ticketId:
    | string
    | null;
  @ApiProperty() total: number;
  @ApiProperty({ description: 'Through, those that failed among them' }) done: number;
  @ApiProperty({ type: [FailedItemDto], description: 'What could not be done, or not be undone; the first thousand' })
  failed: FailedItemDto[];
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) undoUntil: string | null;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
}

export class RestructuredDto {
  @ApiProperty({ type: TicketDto }) ticket: TicketDto;
  @ApiProperty({ ...uuid, description: 'For undo' }) operationId: string;
}

export class UndoneDto extends OperationDto {
  @ApiProperty({ type: TicketDto, nullable: true, description: 'Null after many' }) ticket: TicketDto | null;
  @ApiProperty(uuid) operationId: string;
}
