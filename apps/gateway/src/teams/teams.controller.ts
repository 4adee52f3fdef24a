import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import type { Principal } from '../auth/principal.js';
import { IdPageQueryDto } from '../openapi/page.dto.js';
import { AreIds, IsOneLine, MayBeAbsent } from '../problems/field-rules.js';
import { uuidParam } from '../problems/uuid-param.js';
import { TeamsService } from './teams.service.js';

const MAX_MEMBERS = 2_000;

class TeamMembersDto {
  @ApiPropertyOptional({ type: [String], format: 'uuid' })
  @MayBeAbsent()
  @ArrayMaxSize(MAX_MEMBERS)
  @ArrayUnique()
  @AreIds()
  memberIds?: string[];
}
class NewTeamDto extends TeamMembersDto {
  @ApiProperty({ example: 'Billing' }) @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() name: string;
}
class PatchTeamDto extends TeamMembersDto {
  @ApiPropertyOptional() @MayBeAbsent() @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() name?: string;
}
class TeamDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ type: [String], format: 'uuid' }) memberIds: string[];
}
class TeamPageDto {
  @ApiProperty({ type: [TeamDto] }) items: TeamDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

@ApiTags('teams')
@Controller('api/v1/teams')
export class TeamsController {
  constructor(private readonly teams: TeamsService) {}

  @Get()
  @Access('helpdesk')
  @ApiOperation({ summary: 'The teams of the account; who does not manage users gets the active members' })
  @ApiResponse({ status: 200, type: TeamPageDto })
  list(@Me() me: Principal, @Query() { limit, cursor }: IdPageQueryDto): Promise<TeamPageDto> {
    return this.teams.list(me, limit, cursor);
  }

  @Post()
  @Access('users')
  @ApiOperation({ summary: 'Make a team', description: 'Codes: `taken`, `unknown`.' })
  @ApiResponse({ status: 201, type: TeamDto })
  create(@Me() me: Principal, @ResourceId() id: string, @Body() body: NewTeamDto): Promise<TeamDto> {
    return this.teams.create(me, id, body);
  }

  @Patch(':id')
  @Access('users')
  @ApiOperation({ summary: 'Rename a team, or set its members', description: 'Codes: `taken`, `unknown`.' })
  @ApiResponse({ status: 200, type: TeamDto })
  patch(@Me() me: Principal, @Param('id', uuidParam) id: string, @Body() body: PatchTeamDto): Promise<TeamDto> {
    return this.teams.patch(me, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Access('users')
  @ApiOperation({ summary: 'Delete a team: its members leave, tickets keep the id of a team in which nobody is' })
  @ApiResponse({ status: 204, description: 'Deleted' })
  delete(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<void> {
    return this.teams.delete(me, id);
  }
}
