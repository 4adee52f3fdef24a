import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IsEmail, IsOptional, IsString, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { IsId, MayBeAbsent } from '../problems/field-rules.js';
import { ownUserDto, UserDto } from '../users/user.dto.js';
import { Access, Me } from './access.decorator.js';
import { capabilitiesOf } from './capabilities.rules.js';
import type { DeskRequest, Principal } from './principal.js';
import { SessionCookie } from './session-cookie.js';
import { SignInService } from './sign-in.service.js';

class SignInDto {
  @ApiProperty({ example: 'admin@example.com' }) @IsEmail({ require_tld: false }) @MaxLength(320) email: string;
  @ApiProperty() @IsString() @MaxLength(1_000) password: string;
  @ApiPropertyOptional({ description: 'Six digits, where a second factor is set up; or a recovery code' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  totp?: string;
  @ApiPropertyOptional({ format: 'uuid', description: 'Where the address is in several accounts' })
  @MayBeAbsent()
  @IsId()
  accountId?: string;
}

class SessionDto {
  @ApiProperty({ type: UserDto }) user: UserDto;
}

class MyAccountDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
}

class MeDto extends SessionDto {
  @ApiProperty({ type: MyAccountDto }) account: MyAccountDto;
  @ApiProperty({ type: [String], example: ['helpdesk', 'ticket.reply'] }) capabilities: string[];
}

@ApiTags('session')
@Controller('api/v1')
export class SessionController {
  constructor(
    private readonly signing: SignInService,
    private readonly sessions: SessionCookie,
  ) {}

  @Post('session')
  @HttpCode(200)
  @Access('public')
  @ApiOperation({
    summary: 'Sign in: sets the cookie `sid`',
    description:
      'Five failures in 15 minutes for an address are the limit; successes do not count. 422 `choose` at `/accountId`, with `choices`, when the ' +
      'password fits several accounts.',
  })
  @ApiResponse({ status: 200, type: SessionDto })
  @ApiResponse({ status: 401, description: '`wrong_credentials` · `totp_required` · `wrong_totp`' })
  async signIn(@Body() body: SignInDto, @Req() request: DeskRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<SessionDto> {
    const { passwordHash, ...user } = await this.signing.signIn(body, request.ip);
    await this.sessions.start(request, reply, user, passwordHash);
    return { user: ownUserDto(user) };
  }

  @Delete('session')
  @HttpCode(204)
  @Access('public')
  @ApiOperation({ summary: 'Sign out' })
  @ApiResponse({ status: 204, description: 'Signed out' })
  async signOut(@Req() request: DeskRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.sessions.end(request, reply);
  }

  @Get('me')
  @Access('signed_in')
  @ApiOperation({ summary: 'Who I am and what I may do' })
  @ApiResponse({ status: 200, type: MeDto })
  me(@Me() me: Principal): MeDto {
    return { user: ownUserDto(me), account: { id: me.accountId, name: me.accountName }, capabilities: capabilitiesOf(me) };
  }
}
