import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  LINK_KINDS,
  PRIORITIES,
  TICKET_SORTS,
  TICKET_SOURCES,
  type LinkKind,
  type Priority,
  type TicketSort,
  type TicketSource,
} from '@helpdesk/contracts';
import { AreNested } from '@helpdesk/platform';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQueryDto } from '../openapi/page.dto.js';
import { AreIds, IsId, IsOneLine, MayBeAbsent, MayBeNull } from '../problems/field-rules.js';

const uuid = { format: 'uuid' } as const;
const nullableUuid = { type: String, format: 'uuid', nullable: true } as const;
const time = { format: 'date-time' } as const;

export class TicketListQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ description: 'A default view, or the id of one that people made', example: 'all_open' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  view?: string;
  @ApiPropertyOptional({ description: 'JSON, as in a view: `{"field":"priority","op":"eq","value":"high"}`' })
  @IsOptional()
  @IsString()
  @MaxLength(20_000)
  filter?: string;
  @ApiPropertyOptional({ description: 'As in `GET /search`: words of the ticket or its messages, or its number' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  q?: string;
  @ApiPropertyOptional(uuid) @IsOptional() @IsId() contactId?: string;
  @ApiPropertyOptional({ enum: TICKET_SORTS, description: 'Default: the view’s own, else `-lastActivityAt`' })
  @IsOptional()
  @IsIn(TICKET_SORTS)
  sort?: TicketSort;
}

export class ContactRefDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty() name: string;
}

export class TicketRowDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty({ example: 4182 }) number: number;
  @ApiProperty({ example: 'Invoice shows wrong VAT' }) name: string;
  @ApiProperty({ type: ContactRefDto, nullable: true }) contact: ContactRefDto | null;
  @ApiProperty() excerpt: string;
  @ApiProperty({ enum: TICKET_SOURCES }) source: TicketSource;
  @ApiProperty(uuid) pipelineId: string;
  @ApiProperty(uuid) stageId: string;
  @ApiProperty(nullableUuid) ownerId: string | null;
  @ApiProperty(nullableUuid) teamId: string | null;
  @ApiProperty({ enum: PRIORITIES, nullable: true }) priority: Priority | null;
  @ApiProperty() unread: boolean;
  @ApiProperty() draft: boolean;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) slaDueAt: string | null;
  @ApiProperty(time) lastActivityAt: string;
  @ApiProperty() version: number;
}

export class TicketPageDto {
  @ApiProperty({ type: [TicketRowDto] }) items: TicketRowDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

export class TicketLinkDto {
  @ApiProperty({ enum: LINK_KINDS, description: 'What the other one is to this: `parent` is the one above' })
  @IsIn(LINK_KINDS)
  kind: LinkKind;
  @ApiProperty(uuid) @IsId() ticketId: string;
}

export class TicketDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty() number: number;
  @ApiProperty() name: string;
  @ApiProperty(uuid) pipelineId: string;
  @ApiProperty(uuid) stageId: string;
  @ApiProperty(nullableUuid) ownerId: string | null;
  @ApiProperty(nullableUuid) teamId: string | null;
  @ApiProperty({ enum: PRIORITIES, nullable: true }) priority: Priority | null;
  @ApiProperty({ type: [String] }) category: string[];
  @ApiProperty({ enum: TICKET_SOURCES }) source: TicketSource;
  @ApiProperty({ type: [String] }) contactIds: string[];
  @ApiProperty({ type: [String] }) companyIds: string[];
  @ApiProperty({ type: Object }) properties: Record<string, unknown>;
  @ApiProperty({ type: [TicketLinkDto] }) links: TicketLinkDto[];
  @ApiProperty({ type: [String] }) mergedIds: string[];
  @ApiProperty({ description: 'The first message could not be read; its original is attached' }) isUnreadable: boolean;
  @ApiProperty({ description: 'Give it back with a reply: 409 when a newer public message has come' }) threadVersion: number;
  @ApiProperty({ description: 'The ETag, for If-Match' }) version: number;
  @ApiProperty(time) createdAt: string;
  @ApiProperty(time) lastActivityAt: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) closedAt: string | null;
}

export class CreateTicketDto {
  @ApiProperty({ minLength: 1, maxLength: 255 }) @IsString() @MaxLength(255) @IsOneLine() name: string;
  @ApiProperty(uuid) @IsId() pipelineId: string;
  @ApiProperty({ ...uuid, description: 'A status of the pipeline in which tickets may begin' }) @IsId() stageId: string;
  @ApiPropertyOptional(nullableUuid) @MayBeNull() @IsId() ownerId?: string | null;
  @ApiPropertyOptional(nullableUuid) @MayBeNull() @IsId() teamId?: string | null;
  @ApiPropertyOptional({ enum: PRIORITIES, nullable: true }) @MayBeNull() @IsIn(PRIORITIES) priority?: Priority | null;
  @ApiPropertyOptional({ type: [String], example: ['billing'] })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  category?: string[];
  @ApiPropertyOptional({ type: [String], description: 'The first one is shown in lists' })
  @IsOptional()
  @ArrayMaxSize(100)
  @AreIds()
  contactIds?: string[];
  @ApiPropertyOptional({ type: [String], description: 'The first one is the primary company' })
  @IsOptional()
  @ArrayMaxSize(100)
  @AreIds()
  companyIds?: string[];
  @ApiPropertyOptional({ type: [String], description: 'Messages of other tickets, to stand in its timeline: they stay where they are' })
  @IsOptional()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @AreIds()
  activityIds?: string[];
  @ApiPropertyOptional({ type: Object, description: 'Custom properties by name' })
  @MayBeAbsent()
  @IsObject()
  properties?: Record<string, unknown>;
}

export class PatchTicketDto {
  @ApiPropertyOptional({ ...uuid, description: 'With a `stageId` of it' }) @MayBeAbsent() @IsId() pipelineId?: string;
  @ApiPropertyOptional() @MayBeAbsent() @IsString() @MaxLength(255) @IsOneLine() name?: string;
  @ApiPropertyOptional(uuid) @MayBeAbsent() @IsId() stageId?: string;
  @ApiPropertyOptional(nullableUuid) @MayBeNull() @IsId() ownerId?: string | null;
  @ApiPropertyOptional(nullableUuid) @MayBeNull() @IsId() teamId?: string | null;
  @ApiPropertyOptional({ enum: PRIORITIES, nullable: true })
  @MayBeNull()
  @IsIn(PRIORITIES)
  priority?: Priority | null;
  @ApiPropertyOptional({ type: [String], example: ['billing'] })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  category?: string[];
  @ApiPropertyOptional({ type: [String], format: 'uuid', description: 'All of them; the first one is shown in lists' })
  @MayBeAbsent()
  @ArrayMaxSize(100)
  @AreIds()
  contactIds?: string[];
  @ApiPropertyOptional({ type: [String], format: 'uuid', description: 'All of them; the first one is the primary company' })
  @MayBeAbsent()
  @ArrayMaxSize(100)
  @AreIds()
  companyIds?: string[];
  @ApiPropertyOptional({ type: [TicketLinkDto], description: 'All that you see; those to tickets that you do not see stay' })
  @MayBeAbsent()
  @AreNested(() => TicketLinkDto, { max: 100 })
  links?: TicketLinkDto[];
  @ApiPropertyOptional({ type: Object, description: 'Custom properties by name; absent = unchanged, null = cleared' })
  @MayBeAbsent()
  @IsObject()
  properties?: Record<string, unknown>;
}

export class HistoryItemDto {
  @ApiProperty(time) at: string;
  @ApiProperty({ type: Object }) actor: { type: string; id: string | null; name: string };
  @ApiProperty() source: string;
  @ApiProperty({ example: 'stageId' }) field: string;
  @ApiProperty({ type: Object, nullable: true }) old: unknown;
  @ApiProperty({ type: Object, nullable: true }) new: unknown;
}

export class HistoryDto {
  @ApiProperty({ type: [HistoryItemDto] }) items: HistoryItemDto[];
}
