import { IsNested } from '@helpdesk/platform';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PRIORITIES, SLA_REACHES, TICKET_SOURCES, type Priority, type SlaReach, type TicketSource } from '@helpdesk/contracts';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsInt, IsNotEmpty, IsString, Max, MaxLength, Min } from 'class-validator';
import { AreIds, IsId, IsOneLine, MayBeAbsent, MayBeNull } from '../problems/field-rules.js';

const MAX_NAMED = 200;
/** Minutes of a year. */
const MAX_GOAL = 525_600;
const MAX_POSITION = 1_000;
const IDS: { type: [StringConstructor]; format: 'uuid' } = { type: [String], format: 'uuid' };

class SlaMatchDto {
  @ApiPropertyOptional({ enum: PRIORITIES, isArray: true, description: 'Empty = all, here and below' })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MAX_NAMED)
  @ArrayUnique()
  @IsIn(PRIORITIES, { each: true })
  priority?: Priority[];
  @ApiPropertyOptional(IDS) @MayBeAbsent() @ArrayMaxSize(MAX_NAMED) @AreIds() teamId?: string[];
  @ApiPropertyOptional({ enum: TICKET_SOURCES, isArray: true })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MAX_NAMED)
  @ArrayUnique()
  @IsIn(TICKET_SOURCES, { each: true })
  source?: TicketSource[];
  @ApiPropertyOptional(IDS) @MayBeAbsent() @ArrayMaxSize(MAX_NAMED) @AreIds() pipelineId?: string[];
}

/** A goal of a clock, null = none. */
const Goal =
  (description: string): PropertyDecorator =>
  (target, key) => {
    ApiPropertyOptional({ type: Number, nullable: true, description, minimum: 1, maximum: MAX_GOAL })(target, key);
    for (const rule of [MayBeNull(), IsInt(), Min(1), Max(MAX_GOAL)]) rule(target, key);
  };

class SlaGoalsDto {
  @Goal('From the customer’s first message to our first reply') firstReplyMinutes?: number | null;
  @Goal('From a customer’s message after that to our next reply') nextReplyMinutes?: number | null;
  @Goal('From the creation to the closing') closeMinutes?: number | null;
}

class SlaEscalationDto {
  @ApiPropertyOptional({ enum: PRIORITIES }) @MayBeAbsent() @IsIn(PRIORITIES) priority?: Priority;
  @ApiPropertyOptional({ format: 'uuid' }) @MayBeAbsent() @IsId() teamId?: string;
  @ApiPropertyOptional({ format: 'uuid' }) @MayBeAbsent() @IsId() ownerId?: string;
}

class SlaPolicyFieldsDto {
  @ApiPropertyOptional({ description: 'From 0 on; the first policy that a ticket fits counts. Absent: the last place', minimum: 0 })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(MAX_POSITION)
  position?: number;
  @ApiPropertyOptional({ type: SlaMatchDto, description: 'What a ticket must have; all of these' })
  @MayBeAbsent()
  @IsNested(() => SlaMatchDto)
  match?: SlaMatchDto;
  @ApiPropertyOptional({ type: SlaGoalsDto, description: 'Minutes of working time; null = no such goal' })
  @MayBeAbsent()
  @IsNested(() => SlaGoalsDto)
  goals?: SlaGoalsDto;
  @ApiPropertyOptional({ type: String, format: 'uuid', nullable: true, description: 'Business hours; null = around the clock' })
  @MayBeNull()
  @IsId()
  schedule?: string | null;
  @ApiPropertyOptional({ ...IDS, description: 'Statuses in which the clocks stand still' })
  @MayBeAbsent()
  @ArrayMaxSize(MAX_NAMED)
  @AreIds()
  pausedStageIds?: string[];
  @ApiPropertyOptional({ default: 30, minimum: 0, maximum: MAX_GOAL, description: 'Minutes of working time before the due time' })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(MAX_GOAL)
  dueSoonMinutes?: number;
  @ApiPropertyOptional({ type: SlaEscalationDto, nullable: true, description: 'What becomes of a ticket once it is overdue' })
  @MayBeNull()
  @IsNested(() => SlaEscalationDto)
  onOverdue?: SlaEscalationDto | null;
}

class SavedPolicyDto extends SlaPolicyFieldsDto {
  @ApiPropertyOptional({ enum: SLA_REACHES, default: 'new', description: '`open`: for open tickets too, which takes a moment' })
  @MayBeAbsent()
  @IsIn(SLA_REACHES)
  appliesTo?: SlaReach;
}
const NAME = { example: 'Urgent mail' };

export class NewSlaPolicyDto extends SavedPolicyDto {
  @ApiProperty(NAME) @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name: string;
}

export class PatchSlaPolicyDto extends SavedPolicyDto {
  @ApiPropertyOptional(NAME) @MayBeAbsent() @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name?: string;
}

export class PreviewSlaPolicyDto extends SavedPolicyDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'In the place of this policy, absent = unchanged; else as a new one' })
  @MayBeAbsent()
  @IsId()
  id?: string;
  @ApiPropertyOptional({ ...NAME, default: 'What if' }) @MayBeAbsent() @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name?: string;
}

class GivenMatchDto {
  @ApiProperty({ enum: PRIORITIES, isArray: true }) priority: Priority[];
  @ApiProperty(IDS) teamId: string[];
  @ApiProperty({ enum: TICKET_SOURCES, isArray: true }) source: TicketSource[];
  @ApiProperty(IDS) pipelineId: string[];
}
class GivenGoalsDto {
  @ApiProperty({ type: Number, nullable: true }) firstReplyMinutes: number | null;
  @ApiProperty({ type: Number, nullable: true }) nextReplyMinutes: number | null;
  @ApiProperty({ type: Number, nullable: true }) closeMinutes: number | null;
}

export class SlaPolicyDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty(NAME) name: string;
  @ApiProperty() position: number;
  @ApiProperty({ type: GivenMatchDto }) match: GivenMatchDto;
  @ApiProperty({ type: GivenGoalsDto }) goals: GivenGoalsDto;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) schedule: string | null;
  @ApiProperty(IDS) pausedStageIds: string[];
  @ApiProperty() dueSoonMinutes: number;
  @ApiProperty({ type: SlaEscalationDto, nullable: true }) onOverdue: SlaEscalationDto | null;
}
export class SlaPolicyListDto {
  @ApiProperty({ type: [SlaPolicyDto] }) items: SlaPolicyDto[];
}
export class SlaPreviewDto {
  @ApiProperty({ description: 'Open tickets that the policy would hold for, of those I see' }) open: number;
  @ApiProperty({ description: 'Of these, with a clock that would be overdue now' }) wouldBeOverdue: number;
  @ApiProperty({ description: 'Of the others, with one that would be due soon' }) wouldBeDueSoon: number;
}
