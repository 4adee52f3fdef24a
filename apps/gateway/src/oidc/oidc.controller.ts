import { Body, Controller, Delete, Get, HttpCode, Inject, Put, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiResponse, ApiTags } from '@nestjs/swagger';
import { publicUrl, type Runtime } from '@helpdesk/platform';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsFQDN, IsNotEmpty, IsString, IsUrl, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { Access, Me } from '../auth/access.decorator.js';
import type { DeskRequest, Principal } from '../auth/principal.js';
import { SessionCookie } from '../auth/session-cookie.js';
import { IsId, MayBeAbsent } from '../problems/field-rules.js';
import { RUNTIME } from '../tokens.js';
import { OidcProviderClient } from './oidc-provider.client.js';
import type { OidcSettings } from './oidc.repository.js';
import { OidcService, type OidcFailure } from './oidc.service.js';

const COOKIE = 'oidc';
const COOKIE_SECONDS = 600;

class PutOidcDto {
  @ApiProperty({ example: 'https://login.example.com', description: 'An address of the public internet, https' })
  @IsUrl({ protocols: ['https', 'http'], require_protocol: true, require_tld: false, disallow_auth: true, allow_fragments: false })
  @MaxLength(500)
  issuer: string;
  @ApiProperty() @IsString() @IsNotEmpty() @MaxLength(500) clientId: string;
  @ApiPropertyOptional({ description: 'Write-only; absent = unchanged. Needed with a new issuer' })
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(2_000)
  clientSecret?: string;
  @ApiProperty({ type: [String], example: ['example.com'], description: 'The provider speaks for addresses of these domains only' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ArrayUnique()
  @IsFQDN({}, { each: true })
  domains: string[];
}
class OidcDto {
  @ApiProperty() issuer: string;
  @ApiProperty() clientId: string;
  @ApiProperty({ type: [String] }) domains: string[];
  @ApiProperty({ description: 'To be registered at the provider' }) redirectUri: string;
  @ApiProperty({ format: 'date-time' }) updatedAt: string;
}
class OidcSignInQueryDto {
  @ApiProperty({ format: 'uuid' }) @IsId() accountId: string;
}

@ApiTags('oidc')
@Controller('api/v1')
export class OidcController {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly oidc: OidcService,
    private readonly provider: OidcProviderClient,
    private readonly sessions: SessionCookie,
  ) {}

  @Get('oidc')
  @Access('settings')
  @ApiOperation({ summary: 'The account’s OpenID provider; 404 when there is none' })
  @ApiResponse({ status: 200, type: OidcDto })
  async get(@Me() me: Principal): Promise<OidcDto> {
    return this.toDto(await this.oidc.get(me));
  }

  /** Whoever decides who speaks for an address could sign in as anybody: more than the right to settings. */
  @Put('oidc')
  @Access('super_admin')
  @ApiOperation({
    summary: 'Let users sign in at an OpenID provider',
    description:
      'Only users who are there and active, by an address that the provider has verified and whose domain is in `domains`. The second factor is ' +
      'the provider’s. Codes: `not_https`, `unreachable`, `required`.',
  })
  @ApiResponse({ status: 200, type: OidcDto })
  async put(@Me() me: Principal, @Body() body: PutOidcDto): Promise<OidcDto> {
    return this.toDto(await this.oidc.put(me, body));
  }

  @Delete('oidc')
  @HttpCode(204)
  @Access('super_admin')
  @ApiOperation({ summary: 'End signing in at the OpenID provider' })
  @ApiResponse({ status: 204, description: 'Ended; sessions go on' })
  delete(@Me() me: Principal): Promise<void> {
    return this.oidc.delete(me);
  }

  @Get('session/oidc')
  @Access('public')
  @ApiOperation({ summary: 'Sign in at the account’s OpenID provider (authorization code, PKCE); for browsers' })
  @ApiResponse({ status: 302, description: 'To the provider; to `/?error=oidc_failed` when the account has none or it does not answer' })
  async begin(@Query() { accountId }: OidcSignInQueryDto, @Res() reply: FastifyReply): Promise<void> {
    const begun = await this.oidc.begin(accountId);
    if (!begun) return this.back(reply, 'oidc_failed');
    void reply.setCookie(COOKIE, begun.cookie, { ...this.cookieOptions(), maxAge: COOKIE_SECONDS });
    await reply.redirect(begun.url, 302);
    return undefined;
  }

  @Get('session/oidc/callback')
  @Access('public')
  @ApiOperation({ summary: 'Where the provider sends the browser back to' })
  @ApiResponse({
    status: 302,
    description: 'To `/` with the cookie `sid`; to `/?error=oidc_failed` or `/?error=oidc_unknown_user` without',
  })
  async callback(@Req() request: DeskRequest, @Res() reply: FastifyReply): Promise<void> {
    const at = request.url.indexOf('?');
    const outcome = await this.oidc.finish(request.cookies[COOKIE], at < 0 ? '' : request.url.slice(at));
    void reply.clearCookie(COOKIE, this.cookieOptions());
    if (typeof outcome === 'string') return this.back(reply, outcome);
    await this.sessions.start(request, reply, outcome);
    await reply.redirect('/', 302);
    return undefined;
  }

  private async back(reply: FastifyReply, failure: OidcFailure): Promise<void> {
    await reply.redirect(`/?error=${failure}`, 302);
  }

  private cookieOptions() {
    const secure = publicUrl(this.runtime.config).startsWith('https:');
    return { httpOnly: true, sameSite: 'lax' as const, path: '/api/v1/session/oidc', secure };
  }

  private toDto({ issuer, clientId, domains, updatedAt }: OidcSettings): OidcDto {
    return { issuer, clientId, domains, updatedAt: updatedAt.toISOString(), redirectUri: this.provider.redirectUri };
  }
}
