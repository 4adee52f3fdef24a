import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { TICKET_SORTS, VIEW_AUDIENCES, type Filter, type TicketSort, type ViewAudience } from '@helpdesk/contracts';
import { ArrayMaxSize, IsArray, IsIn, IsNotEmpty, IsObject, IsString, MaxLength } from 'class-validator';
import { AreIds, IsOneLine, MayBeAbsent } from '../problems/field-rules.js';

const MAX_COLUMNS = 50;
const MAX_TEAMS = 100;
const FILTER = {
  type: Object,
  description: 'Conditions `{field, op, value}`, joined by `{and: […]}` and `{or: […]}`; `me` stands for whoever looks',
  example: {
    and: [
      { field: 'ownerId', op: 'eq', value: 'me' },
      { field: 'priority', op: 'in', value: ['high', 'urgent'] },
    ],
  },
} as const;

class ViewFieldsDto {
  @ApiPropertyOptional({ type: [String], description: 'For the page alone' })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MAX_COLUMNS)
  @IsString({ each: true })
  @MaxLength(200, { each: true })
  columns?: string[];
  @ApiPropertyOptional({ enum: TICKET_SORTS, default: '-lastActivityAt' }) @MayBeAbsent() @IsIn(TICKET_SORTS) sort?: TicketSort;
  @ApiPropertyOptional({ enum: VIEW_AUDIENCES, default: 'me' }) @MayBeAbsent() @IsIn(VIEW_AUDIENCES) sharedWith?: ViewAudience;
  @ApiPropertyOptional({ type: [String], format: 'uuid', description: 'Whose members see it when `sharedWith` is `team`' })
  @MayBeAbsent()
  @ArrayMaxSize(MAX_TEAMS)
  @AreIds()
  teamIds?: string[];
}

export class PatchViewDto extends ViewFieldsDto {
  @ApiPropertyOptional() @MayBeAbsent() @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name?: string;
  @ApiPropertyOptional(FILTER) @MayBeAbsent() @IsObject() filter?: Filter;
}

export class NewViewDto extends ViewFieldsDto {
  @ApiProperty({ example: 'Urgent and mine' }) @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name: string;
  @ApiProperty(FILTER) @IsObject() filter: Filter;
}

export class ViewDto {
  @ApiProperty({ description: 'A default view’s name, or a UUID', example: 'all_open' }) id: string;
  @ApiProperty({ example: 'My mentions' }) name: string;
  @ApiProperty({ enum: ['default', 'custom'] }) kind: 'default' | 'custom';
  @ApiPropertyOptional({ ...FILTER, description: 'Of custom views, like what follows' }) filter?: Filter;
  @ApiPropertyOptional({ type: [String] }) columns?: string[];
  @ApiPropertyOptional({ enum: TICKET_SORTS }) sort?: TicketSort;
  @ApiPropertyOptional({ enum: VIEW_AUDIENCES }) sharedWith?: ViewAudience;
  @ApiPropertyOptional({ type: [String], format: 'uuid' }) teamIds?: string[];
  @ApiPropertyOptional({ format: 'uuid', description: 'Who made it' }) ownerId?: string;
}
export class ViewListDto {
  @ApiProperty({ type: [ViewDto] }) items: ViewDto[];
}
export class ViewCountsDto {
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: { all_open: 12 } }) counts: Record<string, number>;
}
