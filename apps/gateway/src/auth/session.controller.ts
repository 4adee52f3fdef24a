import { randomBytes } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiResponse, ApiTags } from '@nestjs/swagger';
import { publicUrl, tooMany, verifyPassword, Problem, type Runtime } from '@helpdesk/platform';
import { IsEmail, IsOptional, IsString, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { RUNTIME } from '../tokens.js';
import { Access, Me } from './access.decorator.js';
import { AuthRepository } from './auth.repository.js';
import { capabilitiesOf } from './capabilities.rules.js';
import type { DeskRequest, Principal } from './principal.js';
import { SignInGate } from './sign-in-gate.js';

const MAX_FAILURES = { byEmail: 5, byIp: 50 };
const WINDOW_SECONDS = 900;

class SignInDto {
  @ApiProperty({ example: 'admin@example.com' }) @IsEmail({ require_tld: false }) @MaxLength(320) email: string;
  @ApiProperty() @IsString() @MaxLength(1_000) password: string;
  @ApiPropertyOptional({ description: 'Six digits, where a second factor is set up' }) @IsOptional() @IsString() totp?: string;
}

class UserDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() email: string;
  @ApiProperty() name: string;
  @ApiProperty({ enum: ['service', 'sales', 'core', 'view_only'] }) seat: string;
  @ApiProperty() superAdmin: boolean;
  @ApiProperty({ type: [String] }) access: string[];
  @ApiProperty({ type: [String] }) rights: string[];
  @ApiProperty({ type: [String] }) teamIds: string[];
}

class SessionDto {
  @ApiProperty({ type: UserDto }) user: UserDto;
}

class AccountDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
}

class MeDto extends SessionDto {
  @ApiProperty({ type: AccountDto }) account: AccountDto;
  @ApiProperty({ type: [String], example: ['helpdesk', 'ticket.reply'] }) capabilities: string[];
}

const toUser = (p: Principal): UserDto => ({
  id: p.userId,
  email: p.email,
  name: p.name,
  seat: p.seat,
  superAdmin: p.isSuperAdmin,
  access: p.access,
  rights: p.rights,
  teamIds: p.teamIds,
});

@ApiTags('session')
@Controller('api/v1')
export class SessionController {
  private readonly gate = new SignInGate(MAX_FAILURES.byEmail, 2, 200);

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly users: AuthRepository,
  ) {}

  @Post('session')
  @HttpCode(200)
  @Access('public', { 401: 'E-mail address or password is wrong' })
  @ApiOperation({ summary: 'Sign in: sets the cookie `sid`' })
  @ApiResponse({ status: 200, type: SessionDto })
  @ApiResponse({ status: 401, description: '`wrong_credentials`' })
  async signIn(
    @Body() { email, password }: SignInDto,
    @Req() request: DeskRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto> {
    const address = email.toLowerCase();
    const failures = async () => {
      const { byEmail, byIp } = await this.users.failures(address, request.ip);
      return byIp >= MAX_FAILURES.byIp ? MAX_FAILURES.byEmail : byEmail;
    };
    const outcome = await this.gate.run(address, failures, async () => {
      const user = await this.verified(address, password);
      if (!user) await this.users.noteFailure(address, request.ip);
      return { user };
    });
    if (!outcome) throw tooMany(WINDOW_SECONDS, 'Too many failed attempts. Try again later.');
    const { user } = outcome;
    if (!user) throw new Problem(401, 'wrong_credentials', 'Not signed in', 'E-mail address or password is wrong.');
    if (request.cookies.sid) await this.users.endSession(request.cookies.sid);
    const token = randomBytes(32).toString('base64url');
    await this.users.startSession(user, token);
    void reply.setCookie('sid', token, { ...this.cookie(), maxAge: 24 * 3600 });
    return { user: toUser(user) };
  }

  @Delete('session')
  @HttpCode(204)
  @Access('public')
  @ApiOperation({ summary: 'Sign out' })
  @ApiResponse({ status: 204, description: 'Signed out' })
  async signOut(@Req() request: DeskRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    if (request.cookies.sid) await this.users.endSession(request.cookies.sid);
    void reply.clearCookie('sid', this.cookie());
  }

  @Get('me')
  @Access('signed_in')
  @ApiOperation({ summary: 'Who I am and what I may do' })
  @ApiResponse({ status: 200, type: MeDto })
  me(@Me() me: Principal): MeDto {
    return { user: toUser(me), account: { id: me.accountId, name: me.accountName }, capabilities: capabilitiesOf(me) };
  }

  private cookie() {
    return { httpOnly: true, sameSite: 'lax' as const, path: '/', secure: publicUrl(this.runtime.config).startsWith('https:') };
  }

  /** Unknown users take as long as known ones. */
  private async verified(email: string, password: string): Promise<Principal | undefined> {
    const found = await this.users.byEmail(email);
    if (found.length === 0) await verifyPassword(password, null);
    for (const user of found) if (await verifyPassword(password, user.passwordHash)) return user;
    return undefined;
  }
}
