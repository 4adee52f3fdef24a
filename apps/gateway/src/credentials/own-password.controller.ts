import { Body, Controller, HttpCode, Put, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { Access, Me } from '../auth/access.decorator.js';
import { PasswordCheck } from '../auth/password-check.js';
import type { DeskRequest, Principal } from '../auth/principal.js';
import { SessionCookie } from '../auth/session-cookie.js';
import { IsNewPassword, MIN_PASSWORD } from './password.rules.js';
import { PasswordsService } from './passwords.service.js';

class ChangePasswordDto {
  @ApiProperty() @IsString() @MaxLength(1_000) current: string;
  @ApiProperty({ minLength: MIN_PASSWORD }) @IsNewPassword() password: string;
}

@ApiTags('session')
@Controller('api/v1/me/password')
export class OwnPasswordController {
  constructor(
    private readonly check: PasswordCheck,
    private readonly passwords: PasswordsService,
    private readonly cookie: SessionCookie,
  ) {}

  @Put()
  @HttpCode(204)
  @Access('signed_in')
  @ApiOperation({ summary: 'Change my password; ends my other sessions', description: 'A wrong `current` counts as a failed sign-in.' })
  @ApiResponse({ status: 204, description: 'Changed; the cookie has a new value' })
  async change(
    @Me() me: Principal,
    @Body() { current, password }: ChangePasswordDto,
    @Req() request: DeskRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.check.confirm(me, current, request.ip, '/current');
    await this.passwords.changeOwn(me, password);
    await this.cookie.renew(request, reply, me);
  }
}
