import { ApiPropertyOptional } from '@nestjs/swagger';
import type { Page } from '@helpdesk/contracts';
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

/** The page of `limit` items, of which one more was read if there is one. */
export function pageOf<T extends { id: string }>(found: T[], limit: number): Page<T> {
  const items = found.slice(0, limit);
  return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
}
