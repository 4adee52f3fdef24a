import { Inject, Injectable } from '@nestjs/common';
import { Database, invalid, invalidField, notFound, type FieldProblem, type Runtime } from '@helpdesk/platform';
import { AuditLog } from '../audit/audit.log.js';
import { AuthRepository } from '../auth/auth.repository.js';
import type { Principal } from '../auth/principal.js';
import { RUNTIME } from '../tokens.js';
import { OidcProviderClient, type OidcAttempt, type OidcClient } from './oidc-provider.client.js';
import { OidcRepository, type OidcSettings } from './oidc.repository.js';

export interface OidcChange {
  issuer: string;
  clientId: string;
  clientSecret?: string;
  domains: string[];
}

/** Why somebody is back at the page without a session. */
export type OidcFailure = 'oidc_failed' | 'oidc_unknown_user';

const COOKIE_PLACE = 'oidc-sign-in';
const LIFETIME_MS = 600_000;
const placeOf = (accountId: string) => `oidc/${accountId}/client-secret`;

interface Kept extends OidcAttempt {
  accountId: string;
  until: number;
}

@Injectable()
export class OidcService {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly repository: OidcRepository,
    private readonly provider: OidcProviderClient,
    private readonly auth: AuthRepository,
    private readonly audit: AuditLog,
  ) {}

  async get(me: Principal): Promise<OidcSettings> {
    const settings = await this.repository.find(me.accountId);
    if (!settings) throw notFound();
    return settings;
  }

  async put(me: Principal, { issuer, clientId, clientSecret, domains }: OidcChange): Promise<OidcSettings> {
    const old = await this.repository.find(me.accountId);
    // The secret kept for one provider is never shown to another.
    if (clientSecret === undefined && old?.issuer !== issuer)
      throw invalidField('/clientSecret', 'required', 'is needed with a new issuer');
    const secret = clientSecret ?? this.open(me.accountId, old?.clientSecretSealed ?? '');
    await this.checkIssuer({ issuer, clientId, clientSecret: secret });
    const clientSecretSealed = this.runtime.keys.encrypt(secret, placeOf(me.accountId));
    const changed = { issuer, clientId, domains: domains.map((domain) => domain.toLowerCase()) };
    await this.database.transaction(me.accountId, async (tx) => {
      await this.repository.save(tx, me.accountId, { ...changed, clientSecretSealed });
      const before = old && { issuer: old.issuer, clientId: old.clientId, domains: old.domains };
      await this.audit.record(me, 'oidc.changed', `account/${me.accountId}`, { old: before, new: changed }, tx);
    });
    return this.get(me);
  }

  async delete(me: Principal): Promise<void> {
    await this.database.transaction(me.accountId, async (tx) => {
      const old = await this.repository.find(me.accountId, tx);
      if (!old) throw notFound();
      await this.repository.delete(tx, me.accountId);
      const before = { issuer: old.issuer, clientId: old.clientId, domains: old.domains };
      await this.audit.record(me, 'oidc.deleted', `account/${me.accountId}`, { old: before }, tx);
    });
  }

  /** Where the browser goes, and the cookie it takes along; undefined when the account has no provider, or it does not answer. */
  async begin(accountId: string): Promise<{ url: string; cookie: string } | undefined> {
    const client = await this.clientOf(accountId);
    if (!client) return undefined;
    try {
      const { url, attempt } = await this.provider.begin(client);
      const kept: Kept = { ...attempt, accountId, until: Date.now() + LIFETIME_MS };
      return { url: url.href, cookie: this.runtime.keys.encrypt(JSON.stringify(kept), COOKIE_PLACE) };
    } catch (error) {
      this.note(accountId, error);
      return undefined;
    }
  }

  /** The user who came back; only one who is there and active, and whose address the provider has verified and may speak for. */
  async finish(cookie: string | undefined, query: string): Promise<Principal | OidcFailure> {
    const kept = this.readCookie(cookie);
    const settings = kept && (await this.repository.find(kept.accountId));
    const client = kept && (await this.clientOf(kept.accountId));
    if (!kept || !settings || !client) return 'oidc_failed';
    try {
      const { email, emailVerified } = await this.provider.finish(client, query, kept);
      const address = typeof email === 'string' ? email.toLowerCase() : '';
      const domain = address.slice(address.lastIndexOf('@') + 1);
      if (emailVerified !== true || !settings.domains.includes(domain)) return 'oidc_unknown_user';
      const [user] = await this.auth.byEmail(address, kept.accountId);
      if (!user) return 'oidc_unknown_user';
      const { passwordHash: _hash, ...principal } = user;
      return principal;
    } catch (error) {
      this.note(kept.accountId, error);
      return 'oidc_failed';
    }
  }

  private async checkIssuer(client: OidcClient): Promise<void> {
    const errors: FieldProblem[] = [];
    const isHttps = client.issuer.startsWith('https:');
    if (!isHttps && this.runtime.config.ALLOW_PRIVATE_TARGETS !== 1)
      errors.push({ pointer: '/issuer', code: 'not_https', detail: 'must be an https address' });
    if (errors.length > 0) throw invalid(errors);
    await this.provider.discover(client).catch((error: unknown) => {
      this.runtime.logger.info({ error: String(error) }, 'no OpenID provider at this address');
      throw invalidField('/issuer', 'unreachable', 'no OpenID provider answers at this address');
    });
  }

  private async clientOf(accountId: string): Promise<OidcClient | undefined> {
    const settings = await this.repository.find(accountId);
    if (!settings) return undefined;
    const { issuer, clientId, clientSecretSealed } = settings;
    return { issuer, clientId, clientSecret: this.open(accountId, clientSecretSealed) };
  }

  private readCookie(cookie: string | undefined): Kept | undefined {
    try {
      const kept = JSON.parse(this.runtime.keys.decrypt(cookie ?? '', COOKIE_PLACE)) as Kept;
      return kept.until > Date.now() ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  private open(accountId: string, sealed: string): string {
    return this.runtime.keys.decrypt(sealed, placeOf(accountId));
  }

  private note(accountId: string, error: unknown): void {
    const { code } = error as { code?: string };
    this.runtime.logger.warn({ accountId, code, error: String(error) }, 'signing in at an OpenID provider failed');
  }
}
