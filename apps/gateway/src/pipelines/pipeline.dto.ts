import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { STAGE_CATEGORIES, type StageCategory } from '@helpdesk/contracts';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsOneLine, MayBeAbsent, MayBeNull } from '../problems/field-rules.js';

const MAX_STAGES = 50;
const uuid = { format: 'uuid' } as const;
const STAGE_OR_NONE = { type: String, format: 'uuid', nullable: true } as const;

class StageInputDto {
  @ApiPropertyOptional({ ...uuid, description: 'A new one may be given an id, so that rules can name it; without it gets one' })
  @MayBeAbsent()
  @IsUUID()
  id?: string;
  @ApiProperty({ example: 'Waiting on contact' }) @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name: string;
  @ApiProperty({ enum: STAGE_CATEGORIES }) @IsIn(STAGE_CATEGORIES) category: StageCategory;
}

class AutoStageDto {
  @ApiPropertyOptional({ ...STAGE_OR_NONE, description: 'Status after an answer of the desk; null = it stays' })
  @MayBeNull()
  @IsUUID()
  onReply?: string | null;
  @ApiPropertyOptional({ ...STAGE_OR_NONE, description: 'Status after a message of the customer; null = it stays' })
  @MayBeNull()
  @IsUUID()
  onCustomerMessage?: string | null;
}

export class PipelineRulesDto {
  @ApiPropertyOptional({ type: [String], format: 'uuid', description: 'Statuses in which tickets may be created by hand; empty = all' })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MAX_STAGES)
  @IsUUID(undefined, { each: true })
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
  @IsObject()
  @ValidateNested()
  @Type(() => AutoStageDto)
  autoStage?: AutoStageDto;
}

class PipelineFieldsDto {
  @ApiPropertyOptional({ description: 'True: new tickets come here unless their channel says otherwise' })
  @MayBeAbsent()
  @IsBoolean()
  isDefault?: boolean;
  @ApiPropertyOptional({ type: PipelineRulesDto, description: 'Each rule that is given replaces the one there was' })
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => PipelineRulesDto)
  rules?: PipelineRulesDto;
}

export class NewPipelineDto extends PipelineFieldsDto {
  @ApiProperty({ example: 'Returns' }) @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name: string;
  @ApiProperty({ type: [StageInputDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_STAGES)
  @ValidateNested({ each: true })
  @Type(() => StageInputDto)
  stages: StageInputDto[];
}

export class PatchPipelineDto extends PipelineFieldsDto {
  @ApiPropertyOptional() @MayBeAbsent() @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name?: string;
  @ApiPropertyOptional({ type: [StageInputDto], description: 'All of them, in their order; one that is missing is deleted' })
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_STAGES)
  @ValidateNested({ each: true })
  @Type(() => StageInputDto)
  stages?: StageInputDto[];
  @ApiPropertyOptional({ ...uuid, description: 'Where the tickets of deleted statuses go' })
  @MayBeAbsent()
  @IsUUID()
  moveToStageId?: string;
}

export class DeletePipelineQueryDto {
  @ApiPropertyOptional({ ...uuid, description: 'A status of another pipeline, where the tickets go' })
  @MayBeAbsent()
  @IsUUID()
  moveToStageId?: string;
}

class StageDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ enum: STAGE_CATEGORIES }) category: StageCategory;
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
