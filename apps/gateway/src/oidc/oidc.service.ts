import { Inject, Injectable } from '@nestjs/common';
import { Database, invalidField, notFound, type Runtime } from '@helpdesk/platform';
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
const audited = ({ issuer, clientId, domains }: OidcSettings) => ({ issuer, clientId, domains });
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
    const settings = {
      issuer,
      clientId,
      clientSecretSealed,
      domains: domains.map((domain) => domain.toLowerCase()),
      updatedAt: new Date(),
    };
    await this.database.transaction(me.accountId, async (tx) => {
      await this.repository.save(tx, me.accountId, settings);
      await this.audit.record(me, 'oidc.changed', `account/${me.accountId}`, { old: old && audited(old), new: audited(settings) }, tx);
    });
    return settings;
  }

  async delete(me: Principal): Promise<void> {
    await this.database.transaction(me.accountId, async (tx) => {
      const old = await this.repository.find(me.accountId, tx);
      if (!old) throw notFound();
      await this.repository.delete(tx, me.accountId);
      await this.audit.record(me, 'oidc.deleted', `account/${me.accountId}`, { old: audited(old) }, tx);
    });
  }

  /** Where the browser goes, and the cookie it takes along; undefined when the account has no provider, or it does not answer. */
  async begin(accountId: string): Promise<{ url: string; cookie: string } | undefined> {
    const settings = await this.repository.find(accountId);
    if (!settings) return undefined;
    try {
      const { url, attempt } = await this.provider.begin(this.clientOf(accountId, settings));
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
    if (!kept || !settings) return 'oidc_failed';
    try {
      const { email, emailVerified } = await this.provider.finish(this.clientOf(kept.accountId, settings), query, kept);
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
    if (!client.issuer.startsWith('https:') && this.runtime.config.ALLOW_PRIVATE_TARGETS !== 1)
      throw invalidField('/issuer', 'not_https', 'must be an https address');
    await this.provider.discover(client).catch((error: unknown) => {
      this.runtime.logger.info({ error: String(error) }, 'no OpenID provider at this address');
      throw invalidField('/issuer', 'unreachable', 'no OpenID provider answers at this address');
    });
  }

  private clientOf(accountId: string, { issuer, clientId, clientSecretSealed }: OidcSettings): OidcClient {
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
