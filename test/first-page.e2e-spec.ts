import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findChromium, SmtpClient, startBrowser, startDesk, type Desk } from '@helpdesk/testing';
import type { Browser, Page } from 'playwright-core';

const PASSWORD = 'correct horse battery';

(findChromium() ? describe : describe.skip)('the first page, in a browser', () => {
  let desk: Desk;
  let browser: Browser;
  let page: Page;
  const foreign: string[] = [];
  const dialogs: string[] = [];

  beforeAll(async () => {
    desk = await startDesk({ form: 'embedded', env: { ADMIN_EMAIL: '', ADMIN_PASSWORD: '' } });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 360, height: 740 }, locale: 'en-GB' });
    page.on('request', (request) => {
      if (!request.url().startsWith(desk.url) && !request.url().startsWith('data:')) foreign.push(request.url());
    });
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await desk?.stop();
  }, 60_000);

  it('makes the first account, and only the first', async () => {
    await page.goto(desk.url);
    await page.fill('[name=accountName]', 'Acme');
    await page.fill('[name=name]', 'Anna');
    await page.fill('[name=email]', 'anna@acme.test');
    await page.fill('[name=password]', 'short');
    await page.fill('[name=supportAddress]', 'help@acme.test');
    await page.click('button.primary');
    await page.waitForFunction(() => document.querySelector('.error')?.textContent?.includes('12'));
    await page.fill('[name=password]', PASSWORD);
    await page.click('button.primary');
    await page.waitForSelector('.list .empty');
    const again = await fetch(`${desk.url}/api/v1/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ accountName: 'B', name: 'B', email: 'b@b.test', password: PASSWORD, supportAddress: 'b@b.test' }),
    });
    expect(again.status).toBe(404);
  });

  it('shows a hostile mail without running or fetching anything, and sends an answer that can be undone', async () => {
    const html =
      '<p>Hello <b>there</b></p><script>alert(1)</script><img src="http://canary.test/x.png" onerror="alert(2)"><svg onload=alert(3)>';
    const raw = [
      'From: Lea Braun <lea@customer.test>',
      'To: help@acme.test',
      'Subject: =?utf-8?Q?Rechnung_=E2=80=9E4711=E2=80=9C?=',
      'Message-ID: <first@customer.test>',
      'Content-Type: text/html; charset=utf-8',
      '',
      html,
      '',
    ].join('\r\n');
    await sendRaw(raw);
    await page.waitForSelector('.row', { timeout: 15_000 });
    expect(await page.textContent('.row b')).toBe('#1 Rechnung „4711“');
    await page.click('.row');
    await page.click('article summary');
    const frame = page.frameLocator('article iframe');
    await frame.locator('b').waitFor();
    expect(await frame.locator('body').innerText()).toContain('Hello there');
    await page.fill('textarea', 'We look into it.');
    await page.click('form.reply button');
    await page.click('#status button');
    await page.waitForFunction(() => document.body.innerText.includes('cancelled'));
    expect(foreign).toEqual([]);
    expect(dialogs).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  async function sendRaw(raw: string): Promise<void> {
    const client = await SmtpClient.connect(desk.smtpPort);
    await client.send('lea@customer.test', ['help@acme.test'], Buffer.from(raw));
    await client.quit();
  }
});
