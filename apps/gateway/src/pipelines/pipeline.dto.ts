import { AreNested, IsNested } from '@helpdesk/platform';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { STAGE_CATEGORIES, type StageCategory } from '@helpdesk/contracts';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsInt, IsNotEmpty, IsString, Max, MaxLength, Min } from 'class-validator';
import { AreIds, IsId, IsOneLine, MayBeAbsent, MayBeNull } from '../problems/field-rules.js';

const MAX_STAGES = 50;
const MAX_REQUIRED = 100;
const uuid = { format: 'uuid' } as const;
const STAGE_OR_NONE = { type: String, format: 'uuid', nullable: true } as const;

class StageInputDto {
  @ApiPropertyOptional({ ...uuid, description: 'A new one may be given an id, so that rules can name it; without it gets one' })
  @MayBeAbsent()
  @IsId()
  id?: string;
  @ApiProperty({ example: 'Waiting on contact' }) @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name: string;
  @ApiProperty({ enum: STAGE_CATEGORIES }) @IsIn(STAGE_CATEGORIES) category: StageCategory;
  @ApiPropertyOptional({
    type: [String],
    description: 'Names of properties that must not be empty on a ticket that an agent moves here; absent = as before',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MAX_REQUIRED)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  requiredProperties?: string[];
}

class AutoStageDto {
  @ApiPropertyOptional({ ...STAGE_OR_NONE, description: 'Status after an answer of the desk; null = it stays' })
  @MayBeNull()
  @IsId()
  onReply?: string | null;
  @ApiPropertyOptional({ ...STAGE_OR_NONE, description: 'Status after a message of the customer; null = it stays' })
  @MayBeNull()
  @IsId()
  onCustomerMessage?: string | null;
}

export class PipelineRulesDto {
  @ApiPropertyOptional({ type: [String], format: 'uuid', description: 'Statuses in which tickets may be created by hand; empty = all' })
  @MayBeAbsent()
  @ArrayMaxSize(MAX_STAGES)
  @AreIds()
  creationStageIds?: string[];
  @ApiPropertyOptional({ description: 'No status may be skipped' }) @MayBeAbsent() @IsBoolean() noSkip?: boolean;
  @ApiPropertyOptional({ description: 'No way back' }) @MayBeAbsent() @IsBoolean() noBack?: boolean;
  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    description: 'Days after closing within which a message of the customer reopens the ticket; 0 = never, null = always',
  })
  @MayBeNull()
  @IsInt()
  @Min(0)
  @Max(3_650)
  reopenDays?: number | null;
  @ApiPropertyOptional({ type: AutoStageDto })
  @MayBeAbsent()
  @IsNested(() => AutoStageDto)
  autoStage?: AutoStageDto;
}

class PipelineFieldsDto {
  @ApiPropertyOptional({ description: 'True: new tickets come here unless their channel says otherwise' })
  @MayBeAbsent()
  @IsBoolean()
  isDefault?: boolean;
  @ApiPropertyOptional({ type: PipelineRulesDto, description: 'Each rule that is given replaces the one there was' })
  @MayBeAbsent()
  @IsNested(() => PipelineRulesDto)
  rules?: PipelineRulesDto;
}

export class NewPipelineDto extends PipelineFieldsDto {
  @ApiProperty({ example: 'Returns' }) @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name: string;
  @ApiProperty({ type: [StageInputDto] })
  @AreNested(() => StageInputDto, { min: 1, max: MAX_STAGES })
  stages: StageInputDto[];
}

export class PatchPipelineDto extends PipelineFieldsDto {
  @ApiPropertyOptional() @MayBeAbsent() @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name?: string;
  @ApiPropertyOptional({ type: [StageInputDto], description: 'All of them, in their order; one that is missing is deleted' })
  @MayBeAbsent()
  @AreNested(() => StageInputDto, { min: 1, max: MAX_STAGES })
  stages?: StageInputDto[];
  @ApiPropertyOptional({ ...uuid, description: 'Where the tickets of deleted statuses go' })
  @MayBeAbsent()
  @IsId()
  moveToStageId?: string;
}

export class DeletePipelineQueryDto {
  @ApiPropertyOptional({ ...uuid, description: 'A status of another pipeline, where the tickets go' })
  @MayBeAbsent()
  @IsId()
  moveToStageId?: string;
}

class StageDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ enum: STAGE_CATEGORIES }) category: StageCategory;
  @ApiProperty({ type: [String] }) requiredProperties: string[];
}

export class PipelineDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty() name: string;
  @ApiProperty() isDefault: boolean;
  @ApiProperty({ type: [StageDto] }) stages: StageDto[];
  @ApiProperty({ type: PipelineRulesDto }) rules: PipelineRulesDto;
}

export class PipelineListDto {
  @ApiProperty({ type: [PipelineDto] }) items: PipelineDto[];
}
