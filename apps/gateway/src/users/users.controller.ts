import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import type { Principal } from '../auth/principal.js';
import { IdPageQueryDto } from '../openapi/page.dto.js';
import { uuidParam } from '../problems/uuid-param.js';
import { NewUserDto, PatchUserDto, UserDto, UserPageDto } from './user.dto.js';
import { UsersService } from './users.service.js';

@ApiTags('users')
@Controller('api/v1/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get()
  @Access('helpdesk')
  @ApiOperation({ summary: 'The users of the account; who does not manage users gets the active ones without their rights' })
  @ApiResponse({ status: 200, type: UserPageDto })
  list(@Me() me: Principal, @Query() { limit, cursor }: IdPageQueryDto): Promise<UserPageDto> {
    return this.users.list(me, limit, cursor);
  }

  @Post()
  @Access('users')
  @ApiOperation({
    summary: 'Make a user',
    description:
      'Without a password he gets a mail with a link to choose one. Without `ticketAccess` he sees and changes his own tickets. ' +
      'Codes: `beyond_own_rights`, `taken`, `unknown`.',
  })
  @ApiResponse({ status: 201, type: UserDto })
  create(@Me() me: Principal, @ResourceId() id: string, @Body() body: NewUserDto): Promise<UserDto> {
    return this.users.create(me, id, body);
  }

  @Get(':id')
  @Access('helpdesk')
  @ApiOperation({ summary: 'A user' })
  @ApiResponse({ status: 200, type: UserDto })
  get(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<UserDto> {
    return this.users.get(me, id);
  }

  @Patch(':id')
  @Access('users')
  @ApiOperation({
    summary: 'Change a user; it holds from his next request on',
    description: 'Codes: `own_rights`, `last_super_admin`, `beyond_own_rights`, `own_password`, `taken`, `unknown`.',
  })
  @ApiResponse({ status: 200, type: UserDto })
  patch(@Me() me: Principal, @Param('id', uuidParam) id: string, @Body() body: PatchUserDto): Promise<UserDto> {
    return this.users.patch(me, id, body);
  }

  @Post(':id/invitation')
  @HttpCode(204)
  @Access('users', { 409: '`has_password`: the invitation was accepted · `user_inactive`' })
  @ApiOperation({ summary: 'Send the mail with the link to choose a password again; it is good for 72 hours and for one use' })
  @ApiResponse({ status: 204, description: 'Sent; links sent before have ended' })
  invite(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<void> {
    return this.users.invite(me, id);
  }
}
