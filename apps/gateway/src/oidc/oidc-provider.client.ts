import { Inject, Injectable } from '@nestjs/common';
import { egress, publicUrl, type Runtime } from '@helpdesk/platform';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
  type CustomFetch,
} from 'openid-client';
import { RUNTIME } from '../tokens.js';

export interface OidcClient {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** What the browser that began keeps until it comes back. */
export interface OidcAttempt {
  state: string;
  nonce: string;
  verifier: string;
}

export interface OidcIdentity {
  email: unknown;
  emailVerified: unknown;
}

const KEEP_MS = 600_000;
const MAX_KEPT = 200;
const TIMEOUT_SECONDS = 10;

/** Talks to OpenID providers whose addresses administrators typed: only through egress, whatever their documents point at. */
@Injectable()
export class OidcProviderClient {
  /** What providers say about themselves, by issuer and client. */
  private readonly known = new Map<string, { configuration: Configuration; until: number }>();
  private readonly allowPrivate: boolean;

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {
    this.allowPrivate = runtime.config.ALLOW_PRIVATE_TARGETS === 1;
  }

  get redirectUri(): string {
    return `${publicUrl(this.runtime.config)}/api/v1/session/oidc/callback`;
  }

  /** Rejects when there is no OpenID provider at the address, or none we may ask. */
  async discover({ issuer, clientId, clientSecret }: OidcClient): Promise<Configuration> {
    const key = JSON.stringify([issuer, clientId, clientSecret]);
    const kept = this.known.get(key);
    if (kept && kept.until > Date.now()) return kept.configuration;
    const options = { [customFetch]: this.fetch, timeout: TIMEOUT_SECONDS, execute: this.allowPrivate ? [allowInsecureRequests] : [] };
    const configuration = await discovery(new URL(issuer), clientId, clientSecret, undefined, options);
    if (this.known.size >= MAX_KEPT) this.known.clear();
    this.known.set(key, { configuration, until: Date.now() + KEEP_MS });
    return configuration;
  }

  /** Where the browser is sent, and what it must bring back: authorization code with PKCE, state and nonce. */
  async begin(client: OidcClient): Promise<{ url: URL; attempt: OidcAttempt }> {
    const configuration = await this.discover(client);
    const attempt = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri,
      scope: 'openid email',
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
    });
    return { url, attempt };
  }

  /** Who the provider says came back with `query`. Rejects for anything that does not belong to the attempt. */
  async finish(client: OidcClient, query: string, { state, nonce, verifier }: OidcAttempt): Promise<OidcIdentity> {
    const configuration = await this.discover(client);
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
    const tokens = await authorizationCodeGrant(configuration, new URL(`${this.redirectUri}${query}`), checks);
    const claims = tokens.claims();
    if (!claims) throw new Error('no ID token');
    if (claims.email !== undefined) return { email: claims.email, emailVerified: claims.email_verified };
    const more = await fetchUserInfo(configuration, tokens.access_token, claims.sub);
    return { email: more.email, emailVerified: more.email_verified };
  }

  private readonly fetch: CustomFetch = async (url, { method, headers, body }) => {
    if (method !== 'GET' && method !== 'POST') throw new Error('only GET and POST');
    const text = body === undefined || body === null ? undefined : typeof body === 'string' ? body : String(body as URLSearchParams);
    const sent =
      text === undefined || headers['content-type'] ? headers : { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await egress(url, { allowPrivate: this.allowPrivate, method, headers: sent, body: text });
    return new Response(new Uint8Array(answer.bytes), { status: answer.status, headers: { 'content-type': answer.contentType } });
  };
}
