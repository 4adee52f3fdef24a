import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IsNested } from '@helpdesk/platform';
import { IsBoolean } from 'class-validator';
import { Access, Me } from '../auth/access.decorator.js';
import type { Principal } from '../auth/principal.js';
import { MayBeAbsent } from '../problems/field-rules.js';
import { PreferencesRepository } from './preferences.repository.js';

class AutoFollowChangesDto {
  @ApiPropertyOptional() @MayBeAbsent() @IsBoolean() onReply?: boolean;
  @ApiPropertyOptional() @MayBeAbsent() @IsBoolean() onMention?: boolean;
}
class PreferencesChangesDto {
  @ApiPropertyOptional({ type: AutoFollowChangesDto })
  @MayBeAbsent()
  @IsNested(() => AutoFollowChangesDto)
  autoFollow?: AutoFollowChangesDto;
}

class AutoFollowDto {
  @ApiProperty({ description: 'Follow a ticket that I answer' }) onReply: boolean;
  @ApiProperty({ description: 'Follow a ticket on which I am mentioned' }) onMention: boolean;
}
class PreferencesDto {
  @ApiProperty({ type: AutoFollowDto }) autoFollow: AutoFollowDto;
}

@ApiTags('notifications')
@Controller('api/v1/notification-preferences')
export class PreferencesController {
  constructor(private readonly preferences: PreferencesRepository) {}

  @Get()
  @Access('helpdesk')
  @ApiOperation({ summary: 'What I want to be told of' })
  @ApiResponse({ status: 200, type: PreferencesDto })
  async get(@Me() me: Principal): Promise<PreferencesDto> {
    return { autoFollow: await this.preferences.autoFollow(me.accountId, me.userId) };
  }

  @Put()
  @Access('helpdesk')
  @ApiOperation({ summary: 'Change what I want to be told of; absent = unchanged' })
  @ApiResponse({ status: 200, type: PreferencesDto })
  async change(@Me() me: Principal, @Body() { autoFollow = {} }: PreferencesChangesDto): Promise<PreferencesDto> {
    return { autoFollow: await this.preferences.change(me.accountId, me.userId, autoFollow) };
  }
}
