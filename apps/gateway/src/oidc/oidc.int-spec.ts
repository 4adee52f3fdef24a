import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { ADMIN, fieldsOf, freePorts, LoneGateway, Visitor, waitFor, type ProblemAnswer } from '@helpdesk/testing';
import { Provider } from 'oidc-provider';

const PASSWORD = 'a long enough sentence';
const CLIENT = { clientId: 'desk', clientSecret: 'a secret between the two' };
const ANY_ID = '01890000-0000-7000-8000-000000000001';

let gateway: LoneGateway;
let url: string;
/** The address of a gateway that lets nobody reach private targets. */
let strictUrl: string;
let provider: Server;
let issuer: string;
let admin: Visitor;
let accountId: string;
/** Who is signed in at the provider, and what it says about him. */
let person: { email?: string; email_verified?: boolean };

/** What a browser does: it keeps cookies by host, and follows redirects when told to. */
class Browser {
  private readonly jars = new Map<string, Map<string, string>>();

  async go(address: string): Promise<{ status: number; location: string }> {
    const { host } = new URL(address);
    const jar = this.jars.get(host) ?? new Map<string, string>();
    this.jars.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(address, { redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    const location = answer.headers.get('location');
    return { status: answer.status, location: location ? new URL(location, address).href : '' };
  }

  /** Follows redirects until one leads to `end`; gives that one. */
  async until(address: string, end: (to: string) => boolean): Promise<string> {
    let at = address;
    for (let hops = 0; hops < 12; hops += 1) {
      const { status, location } = await this.go(at);
      if (!location) throw new Error(`${at} answered ${status}`);
      if (end(location)) return location;
      at = location;
    }
    throw new Error('too many redirects');
  }

  cookie(host: string, name: string): string | undefined {
    return this.jars.get(host)?.get(name);
  }

  setCookie(host: string, name: string, value: string): void {
    this.jars.get(host)?.set(name, value);
  }
}

const begin = () => `${url}/api/v1/session/oidc?accountId=${accountId}`;
const isCallback = (to: string) => to.startsWith(`${url}/api/v1/session/oidc/callback`);
/** Where the browser ends up on the desk. */
const path = (to: string) => to.slice(url.length);
async function signIn(): Promise<{ browser: Browser; end: string; sid: string | undefined }> {
  const browser = new Browser();
  const callback = await browser.until(begin(), isCallback);
  const { location } = await browser.go(callback);
  return { browser, end: path(location), sid: browser.cookie(new URL(url).host, 'sid') };
}
const settings = () => ({ issuer, ...CLIENT, domains: ['acme.test'] });

async function startProvider(): Promise<void> {
  // It warns about what only matters in production.
  for (const level of ['warn', 'info'] as const) jest.spyOn(console, level).mockImplementation(() => undefined);
  const port = await freePorts(1);
  issuer = `http://localhost:${port}`;
  const made: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [`${url}/api/v1/session/oidc/callback`],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...person }) }),
    pkce: { required: () => true },
    // Whoever signs in has agreed.
    async loadExistingGrant(context) {
      const { oidc } = context;
      const grant = new made.Grant({ accountId: oidc.session?.accountId, clientId: oidc.client?.clientId });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
  });
  made.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) return next();
    await made.interactionFinished(context.req, context.res, { login: { accountId: `sub-of-${person.email}` } });
    context.respond = false;
    return undefined;
  });
  provider = createServer(made.callback()).listen(port, '127.0.0.1');
}

beforeAll(async () => {
  gateway = await LoneGateway.start({ ALLOW_PRIVATE_TARGETS: '1' });
  ({ url } = gateway);
  strictUrl = await gateway.another({ ALLOW_PRIVATE_TARGETS: '0' });
  await startProvider();
  admin = await Visitor.signIn(url, ADMIN.email, ADMIN.password);
  accountId = (await admin.get<{ account: { id: string } }>('/me')).body.account.id;
  for (const user of ['lea@acme.test', 'lea@other.test', 'gone@acme.test']) {
    const fields = { email: user, name: user, seat: 'service', password: PASSWORD, active: !user.startsWith('gone') };
    expect((await admin.post('/users', fields)).status).toBe(201);
  }
}, 120_000);

afterAll(async () => {
  provider?.closeAllConnections();
  provider?.close();
  await gateway?.stop();
}, 60_000);

describe('settings', () => {
  test('are the super admin’s; the secret is never shown and goes to no other provider', async () => {
    expect((await admin.get('/oidc')).status).toBe(404);
    const { clientSecret: _secret, ...incomplete } = settings();
    expect(fieldsOf((await admin.put<ProblemAnswer>('/oidc', incomplete)).body)).toEqual(['/clientSecret required']);
    const made = await admin.put<object>('/oidc', { ...settings(), domains: ['Acme.TEST'] });
    const shown = { issuer, clientId: 'desk', domains: ['acme.test'], redirectUri: `${url}/api/v1/session/oidc/callback` };
    expect(made).toEqual({ status: 200, body: { ...shown, updatedAt: expect.any(String) } });
    expect((await admin.put('/oidc', incomplete)).status).toBe(200);
    const moved = await admin.put<ProblemAnswer>('/oidc', {
      ...incomplete,
      issuer: 'http://localhost:9',
    });
    expect(fieldsOf(moved.body)).toEqual(['/clientSecret required']);
    await admin.post('/users', {
      email: 'set@acme.test',
      name: 'S',
      seat: 'service',
      password: PASSWORD,
      rights: ['account_settings'],
    });
    const clerk = await Visitor.signIn(url, 'set@acme.test', PASSWORD);
    expect((await clerk.get('/oidc')).status).toBe(200);
    expect((await clerk.put<{ code: string }>('/oidc', settings())).body.code).toBe('not_super_admin');
    expect((await clerk.delete<{ code: string }>('/oidc')).body.code).toBe('not_super_admin');
    const audit = await admin.get('/audit');
    expect(JSON.stringify(audit.body)).toContain('oidc.changed');
    expect(JSON.stringify(audit.body)).not.toContain(CLIENT.clientSecret);
  });

  test.each([
    [{ issuer: 'ftp://x.test' }, '/issuer'],
    [{ issuer: 'https://user:pass@x.test' }, '/issuer'],
    [{ domains: [] }, '/domains'],
    [{ domains: ['acme'] }, '/domains'],
    [{ domains: ['@acme.test'] }, '/domains'],
    [{ extra: 1 }, '/extra'],
  ])('%j is refused', async (change, pointer) => {
    const { status, body } = await admin.put<ProblemAnswer>('/oidc', { ...settings(), ...change });
    expect([status, body.errors?.map((error) => error.pointer)]).toEqual([422, [pointer]]);
  });

  test('unless private targets are allowed, nothing on the inside is even connected to', async () => {
    let connections = 0;
    const inside = createTcpServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await waitFor(() => inside.listening, { what: 'the server inside' });
    const { port } = inside.address() as AddressInfo;
    const tryIssuer = async (address: string, at: string) => {
      const { body } = await new Visitor(at, admin.cookie).put<ProblemAnswer>('/oidc', { ...settings(), issuer: address });
      return fieldsOf(body);
    };
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0x7f000001', '2130706433'])
      expect([host, ...(await tryIssuer(`https://${host}:${port}`, strictUrl))]).toEqual([host, expect.stringContaining('/issuer ')]);
    expect(await tryIssuer(`http://127.0.0.1:${port}`, strictUrl)).toEqual(['/issuer not_https']);
    expect(await tryIssuer('https://169.254.169.254', strictUrl)).toEqual(['/issuer unreachable']);
    expect(connections).toBe(0);
    expect(await tryIssuer(`https://127.0.0.1:${port}`, url)).toEqual(['/issuer unreachable']);
    expect(connections).toBe(1);
    inside.close();
  });
});

describe('signing in', () => {
  test('an active user by a verified address of the domain gets a session', async () => {
    person = { email: 'Lea@Acme.test', email_verified: true };
    const { end, sid, browser } = await signIn();
    expect(end).toBe('/');
    expect(browser.cookie(new URL(url).host, 'oidc')).toBeUndefined();
    const { body } = await new Visitor(url, `sid=${sid}`).get<{ user: { email: string } }>('/me');
    expect(body.user.email).toBe('lea@acme.test');
  });

  test.each<[string, typeof person]>([
    ['not verified', { email: 'lea@acme.test', email_verified: false }],
    ['not said to be verified', { email: 'lea@acme.test' }],
    ['of another domain', { email: 'lea@other.test', email_verified: true }],
    ['of a domain that ends alike', { email: 'lea@evil-acme.test', email_verified: true }],
    ['of nobody', { email: 'nobody@acme.test', email_verified: true }],
    ['of somebody who is gone', { email: 'gone@acme.test', email_verified: true }],
    ['not there', { email_verified: true }],
  ])('an address %s gets none', async (_, who) => {
    person = who;
    const { end, sid } = await signIn();
    expect([end, sid]).toEqual(['/?error=oidc_unknown_user', undefined]);
  });

  test('an answer works once, and only in the browser that asked', async () => {
    person = { email: 'lea@acme.test', email_verified: true };
    const browser = new Browser();
    const callback = await browser.until(begin(), isCallback);
    const { host } = new URL(url);
    const kept = browser.cookie(host, 'oidc') ?? '';
    expect(kept).not.toContain('verifier');
    const failed = `${url}/?error=oidc_failed`;
    expect((await new Browser().go(callback)).location).toBe(failed);
    const other = new Browser();
    await other.go(begin());
    expect((await other.go(callback)).location).toBe(failed);
    const forged = callback.replace(/state=[^&]+/, 'state=forged');
    const thief = new Browser();
    await thief.go(`${url}/`);
    thief.setCookie(host, 'oidc', kept);
    expect((await thief.go(forged)).location).toBe(failed);
    expect((await browser.go(callback)).location).toBe(`${url}/`);
    browser.setCookie(host, 'oidc', kept);
    expect((await browser.go(callback)).location).toBe(failed);
    for (const query of ['', '?error=access_denied', '?code=x', '?state=x']) {
      expect((await browser.go(`${url}/api/v1/session/oidc/callback${query}`)).location).toBe(failed);
    }
  });

  test('an account without a provider looks like one that is not there', async () => {
    for (const id of [ANY_ID, accountId]) {
      if (id === accountId) expect((await admin.delete('/oidc')).status).toBe(204);
      const answer = await fetch(`${url}/api/v1/session/oidc?accountId=${id}`, { redirect: 'manual' });
      expect([answer.status, answer.headers.get('location'), answer.headers.getSetCookie()]).toEqual([302, '/?error=oidc_failed', []]);
    }
    expect((await fetch(`${url}/api/v1/session/oidc?accountId=x`)).status).toBe(422);
    expect((await admin.delete('/oidc')).status).toBe(404);
  });
});
