import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { IsId } from '../problems/field-rules.js';

export class PageQueryDto {
  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;
  @ApiPropertyOptional({ description: '`nextCursor` of the page before' }) @IsOptional() @IsString() @MaxLength(500) cursor?: string;
}

/** For lists whose cursor is the id of the last item: anything else is a wrong field. */
export class IdPageQueryDto extends PageQueryDto {
  @IsId() override cursor?: string;
}
