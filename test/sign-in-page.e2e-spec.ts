import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, findChromium, startBrowser, startDesk, startSink, Visitor, waitFor, type Desk, type Sink } from '@helpdesk/testing';
import { simpleParser } from 'mailparser';
import { Secret, TOTP } from 'otpauth';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const PASSWORD = 'a long enough sentence';
const EMAIL = 'lea@desk.test';

(findChromium() ? describe : describe.skip)('signing in, in a browser', () => {
  let desk: Desk;
  let sink: Sink;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    sink = await startSink();
    desk = await startDesk({ form: 'embedded', env: { SMTP_URL: sink.url } });
    browser = await startBrowser();
    const admin = await Visitor.signIn(desk.url, ADMIN.email, ADMIN.password);
    expect((await admin.post('/users', { email: EMAIL, name: 'Lea', seat: 'service' })).status).toBe(201);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await desk?.stop();
    await sink?.stop();
  }, 60_000);

  const open = async (locale: string, colorScheme: 'light' | 'dark') => {
    await context?.close();
    context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale, colorScheme });
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
  };
  const says = (text: string) => page.waitForFunction((wanted) => document.body.innerText.includes(wanted), text);
  const fits = async () => expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  const link = async (n: number) => {
    await waitFor(() => sink.to(EMAIL).length >= n, { what: `mail ${n}` });
    const { text } = await simpleParser(sink.to(EMAIL)[n - 1]?.raw ?? '');
    return /\/password\/[\w-]+/.exec(text ?? '')?.[0] ?? '';
  };

  it('an invited user chooses a password, once', async () => {
    await open('de-DE', 'dark');
    const address = `${desk.url}${await link(1)}`;
    await page.goto(address);
    await says('Wählen Sie Ihr Passwort');
    await fits();
    await page.fill('[name=password]', 'password1234');
    await page.click('button.primary');
    await says('als eines der ersten ausprobiert');
    await page.fill('[name=password]', PASSWORD);
    await page.click('button.primary');
    await says('Ihr Passwort ist gesetzt');
    expect(new URL(page.url()).pathname).toBe('/');
    await page.fill('[name=email]', EMAIL);
    await page.fill('[name=password]', 'wrong');
    await page.click('button.primary');
    await says('E-Mail-Adresse oder Passwort ist falsch.');
    await page.fill('[name=password]', PASSWORD);
    await page.click('button.primary');
    await page.waitForSelector('.list');
    await page.goto(address);
    await page.fill('[name=password]', PASSWORD);
    await page.click('button.primary');
    await says('Dieser Link wurde schon benutzt');
  });

  it('a forgotten password is asked for and chosen anew', async () => {
    await open('en-GB', 'light');
    await page.goto(desk.url);
    await page.click('text=Forgot your password?');
    await page.fill('[name=email]', EMAIL);
    await fits();
    await page.click('button.primary');
    await says('If there is a user with this address');
    await page.goto(`${desk.url}${await link(2)}`);
    await page.fill('[name=password]', `${PASSWORD} 2`);
    await page.click('button.primary');
    await says('Your password is set');
  });

  it('the code of the second factor is asked for when it is needed', async () => {
    const visitor = await Visitor.signIn(desk.url, EMAIL, `${PASSWORD} 2`);
    const { body } = await visitor.post<{ secret: string }>('/me/totp');
    const totp = new TOTP({ secret: Secret.fromBase32(body.secret) });
    const confirmed = await visitor.post<{ recoveryCodes: string[] }>('/me/totp/confirm', { code: totp.generate() });
    await open('en-GB', 'light');
    await page.goto(desk.url);
    await page.fill('[name=email]', EMAIL);
    await page.fill('[name=password]', `${PASSWORD} 2`);
    expect(await page.$('[name=totp]')).toBeNull();
    await page.click('button.primary');
    await says('Enter the code of your authenticator app');
    await fits();
    await page.fill('[name=totp]', '000000');
    await page.click('button.primary');
    await says('The code is wrong');
    await page.fill('[name=totp]', confirmed.body.recoveryCodes[0] ?? '');
    await page.click('button.primary');
    await page.waitForSelector('.list');
  });
});
