import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ROUTING_MODES, type RoutingMode, type RoutingSettings } from '@helpdesk/contracts';
import { invalid, type FieldProblem } from '@helpdesk/platform';
import { ArrayMaxSize, ArrayUnique, IsBoolean, IsIn } from 'class-validator';
import { AreIds, MayBeAbsent } from '../problems/field-rules.js';

const MAX_NAMED = 500;
const POINTER = '/settings/routing';

export class RoutingDto {
  @ApiProperty({ enum: ROUTING_MODES }) @IsIn(ROUTING_MODES) mode: RoutingMode;
  @ApiPropertyOptional({ type: [String], description: 'Of `user`, exactly one' })
  @MayBeAbsent()
  @ArrayMaxSize(MAX_NAMED)
  @ArrayUnique()
  @AreIds()
  userIds?: string[];
  @ApiPropertyOptional({ type: [String], description: 'Their members as well; of `team`, exactly one' })
  @MayBeAbsent()
  @ArrayMaxSize(MAX_NAMED)
  @ArrayUnique()
  @AreIds()
  teamIds?: string[];
  @ApiPropertyOptional({ default: true, description: 'Passes over who is away' }) @MayBeAbsent() @IsBoolean() onlyAvailable?: boolean;
}

/** Throws 422 where the mode lacks the one it is about. */
export function checkRouting({ mode, userIds = [], teamIds = [] }: RoutingSettings): void {
  const problems: FieldProblem[] = [];
  if (mode === 'user' && userIds.length !== 1)
    problems.push({ pointer: `${POINTER}/userIds`, code: 'exactly_one', detail: 'must be exactly one user' });
  if (mode === 'team' && teamIds.length !== 1)
    problems.push({ pointer: `${POINTER}/teamIds`, code: 'exactly_one', detail: 'must be exactly one team' });
  if (problems.length > 0) throw invalid(problems);
}
