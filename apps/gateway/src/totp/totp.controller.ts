import { Body, Controller, Delete, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { Access, Me } from '../auth/access.decorator.js';
import { PasswordCheck } from '../auth/password-check.js';
import type { DeskRequest, Principal } from '../auth/principal.js';
import { SessionCookie } from '../auth/session-cookie.js';
import { uuidParam } from '../problems/uuid-param.js';
import { TotpService } from './totp.service.js';

class TotpSecretDto {
  @ApiProperty({ description: 'Base32, for typing into an app' }) secret: string;
  @ApiProperty({ example: 'otpauth://totp/…', description: 'The same for a QR code' }) url: string;
}
class TotpCodeDto {
  @ApiProperty({ example: '123456' }) @IsString() @IsNotEmpty() @MaxLength(20) code: string;
}
class RecoveryCodesDto {
  @ApiProperty({ type: [String], description: 'Shown only now; each is good for one sign-in' }) recoveryCodes: string[];
}
class OwnPasswordDto {
  @ApiProperty() @IsString() @MaxLength(1_000) password: string;
}

@ApiTags('session')
@Controller('api/v1')
export class TotpController {
  constructor(
    private readonly totp: TotpService,
    private readonly password: PasswordCheck,
    private readonly cookie: SessionCookie,
  ) {}

  @Post('me/totp')
  @Access('signed_in', { 409: '`totp_active`' })
  @ApiOperation({ summary: 'Begin to set up a second factor; nothing changes until a code is confirmed' })
  @ApiResponse({ status: 201, type: TotpSecretDto })
  begin(@Me() me: Principal): Promise<TotpSecretDto> {
    return this.totp.begin(me);
  }

  @Post('me/totp/confirm')
  @HttpCode(200)
  @Access('signed_in', { 409: '`totp_active` · `totp_not_begun`' })
  @ApiOperation({ summary: 'Confirm with a code of the app: from now on signing in needs one. Ends the other sessions' })
  @ApiResponse({ status: 200, type: RecoveryCodesDto })
  async confirm(
    @Me() me: Principal,
    @Body() { code }: TotpCodeDto,
    @Req() request: DeskRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RecoveryCodesDto> {
    const recoveryCodes = await this.totp.confirm(me, code);
    await this.cookie.renew(request, reply, me);
    return { recoveryCodes };
  }

  @Delete('me/totp')
  @HttpCode(204)
  @Access('signed_in')
  @ApiOperation({ summary: 'Remove my second factor' })
  @ApiResponse({ status: 204, description: 'Removed, with its recovery codes' })
  async removeOwn(@Me() me: Principal, @Body() { password }: OwnPasswordDto, @Req() { ip }: DeskRequest): Promise<void> {
    await this.password.confirm(me, password, ip, '/password');
    await this.totp.removeOwn(me);
  }

  @Delete('users/:id/totp')
  @HttpCode(204)
  @Access('users', {
    403: '`missing_users` · `own_rights`: that is DELETE /me/totp · `beyond_own_rights`: he has rights that you do not have',
  })
  @ApiOperation({ summary: 'Remove the second factor of a user who has lost it' })
  @ApiResponse({ status: 204, description: 'Removed, with its recovery codes' })
  removeOf(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<void> {
    return this.totp.removeOf(me, id);
  }
}
