import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { base64Lines, Random, SmtpClient, startDesk, SUPPORT_ADDRESS, waitFor, type Api, type Desk } from '@helpdesk/testing';
import { deliver, letter, post, uniqueWord } from './support/letters.js';
import { messagesOf, parked, ticketNamed, ticketsNamed } from './support/reading.js';
import { ticketByMail } from './support/tickets.js';

const FROM = 'someone@customer.test';
const seed = Number(process.env.INPUT_SEED ?? Math.floor(Math.random() * 1e6));

describe(`whatever comes in is refused clearly or becomes a ticket (INPUT_SEED=${seed})`, () => {
  let desk: Desk;
  let api: Api;

  beforeAll(async () => {
    desk = await startDesk({ form: 'embedded' });
    api = await desk.signIn();
  }, 120_000);

  afterAll(() => desk?.stop(), 60_000);

  /** The process lives, and takes an ordinary mail. */
  async function expectHealthy(): Promise<void> {
    expect(desk.child.isRunning).toBe(true);
    await ticketByMail(desk.smtpPort, api, uniqueWord());
  }

  it('random bytes and nonsense commands', async () => {
    const random = new Random(seed);
    for (let round = 0; round < 20; round += 1) {
      const client = await SmtpClient.open(desk.smtpPort);
      await client.reply(220);
      client.write(random.bytes(random.between(1, 20_000)));
      client.write('\r\n');
      // Each line of nonsense gets a refusal, or the connection ends: never a success.
      const answer = await client.reply().catch(() => ({ code: 0, text: '' }));
      expect([0, 421, 500, 501, 502, 503, 530]).toContain(answer.code);
      client.destroy();
    }
    const client = await SmtpClient.connect(desk.smtpPort);
    for (const line of [
      'DATA',
      'RCPT TO:<x@y.test>',
      'MAIL FROM',
      'MAIL FROM:<a\u0000b@c.test>',
      'BDAT x',
      'VRFY root',
      'XXXX',
      '',
      'RCPT',
    ]) {
      const { code } = await client.command(line);
      expect(code === 252 || code >= 500).toBe(true);
      if (!client.isOpen) break;
    }
    await client.quit();
    await expectHealthy();
  });

  it('a mail of 30 MB is refused with 552', async () => {
    const raw = letter({ from: FROM, subject: 'large', text: `${'x'.repeat(998)}\n`.repeat(31_500) });
    expect(raw.length).toBeGreaterThan(30 * 1024 * 1024);
    await expect(deliver(desk.smtpPort, raw, { from: FROM })).rejects.toMatchObject({ code: 552 });
    const client = await SmtpClient.connect(desk.smtpPort);
    expect(await client.command(`MAIL FROM:<${FROM}> SIZE=${raw.length}`)).toMatchObject({ code: 552 });
    await client.quit();
    await expectHealthy();
  }, 120_000);

  it('ten thousand recipients: those over the limit are put off with 452', async () => {
    const client = await SmtpClient.connect(desk.smtpPort);
    await client.command(`MAIL FROM:<${FROM}>`, 250);
    const codes = new Map<number, number>();
    for (let sent = 0; sent < 10_000; sent += 500) {
      client.write(Array.from({ length: 500 }, (_, i) => `RCPT TO:<support+${sent + i}@desk.test>\r\n`).join(''));
      for (let i = 0; i < 500; i += 1) {
        const { code } = await client.reply();
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    }
    expect([...codes.keys()].toSorted()).toEqual([250, 452]);
    expect(codes.get(250)).toBeGreaterThanOrEqual(100);
    expect(codes.get(250)).toBeLessThanOrEqual(1_000);
    // The accepted ones are one channel: one message.
    const word = uniqueWord();
    await client.command('DATA', 354);
    client.write(letter({ from: FROM, subject: `To many ${word}`, text: 'hello' }));
    expect(await client.command('.')).toMatchObject({ code: 250 });
    await client.quit();
    const ticket = await ticketNamed(api, word);
    expect(await messagesOf(api, ticket.id)).toHaveLength(1);
    await expectHealthy();
  }, 120_000);

  const odd: [string, (word: string) => string | Buffer][] = [
    ['50 levels of MIME nesting', (word) => nested(word, 50)],
    ['400 levels of MIME nesting', (word) => nested(word, 400)],
    ['a header of 1 MB', (word) => `From: <${FROM}>\r\nSubject: ${word}\r\nX-Long: ${'y'.repeat(1024 * 1024)}\r\n\r\nbody\r\n`],
    ['10,000 header lines', (word) => `From: <${FROM}>\r\nSubject: ${word}\r\n${'X-Many: z\r\n'.repeat(10_000)}\r\nbody\r\n`],
    ['NUL bytes', (word) => `From: <${FROM}>\r\nSubject: ${word} \0 nul\r\n\r\nbo\0dy\r\n`],
    [
      'a charset that does not exist',
      (word) =>
        `From: <${FROM}>\r\nSubject: ${word} =?x-klingon?B?/////w==?=\r\nContent-Type: text/plain; charset=x-klingon\r\n\r\n\xff\xfe\xfd\r\n`,
    ],
    [
      'broken UTF-8',
      (word) =>
        Buffer.concat([
          Buffer.from(`From: <${FROM}>\r\nSubject: ${word}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n`),
          Buffer.from([0xc3, 0x28, 0xf0, 0x90, 0x28, 0xbc, 0xed, 0xa0, 0x80, 13, 10]),
        ]),
    ],
    ['broken base64', (word) => `From: <${FROM}>\r\nSubject: ${word}\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!not=base64===\r\n`],
    [
      'a multipart without its boundary',
      (word) => `From: <${FROM}>\r\nSubject: ${word}\r\nContent-Type: multipart/mixed; boundary="nowhere"\r\n\r\nno part here\r\n`,
    ],
    ['a From that is none', (word) => `From: @@@,,;<<>>\r\nSubject: ${word}\r\n\r\nwho am I\r\n`],
    [
      '5,000 references',
      (word) =>
        `From: <${FROM}>\r\nSubject: ${word}\r\nReferences: ${Array.from({ length: 5_000 }, (_, i) => `<r${i}@x.test>`).join('\r\n ')}\r\n\r\nbody\r\n`,
    ],
    ['lone surrogates in an encoded word', (word) => `From: <${FROM}>\r\nSubject: ${word} =?utf-16?B?2AA=?=\r\n\r\nbody\r\n`],
    ['a date in the year 99999', (word) => `From: <${FROM}>\r\nSubject: ${word}\r\nDate: Mon, 99 Foo 99999 99:99:99 +9999\r\n\r\nbody\r\n`],
  ];
  it.each(odd)('%s: one ticket', async (_name, write) => {
    const word = uniqueWord();
    const raw = write(word);
    const answer = await deliver(desk.smtpPort, typeof raw === 'string' ? Buffer.from(raw, 'latin1') : raw, { from: FROM });
    expect(answer).toMatch(/^250/);
    const ticket = await ticketNamed(api, word);
    expect(await messagesOf(api, ticket.id)).toHaveLength(1);
    await expectHealthy();
  });

  it.each([
    ['an empty mail', ''],
    ['a mail without any header', 'just words, no header at all\r\n'],
    ['a mail of one space', ' \r\n'],
  ])('%s: a ticket or a line in the quarantine, never nothing', async (_name, raw) => {
    const before = new Set((await api.all<{ id: string }>('/tickets')).map(({ id }) => id));
    const sender = `${uniqueWord()}@customer.test`;
    const bytes = Buffer.from(raw);
    expect(await deliver(desk.smtpPort, bytes, { from: sender })).toMatch(/^250/);
    const added = await waitFor(
      async () => {
        const fresh = (await api.all<{ id: string }>('/tickets')).find(({ id }) => !before.has(id));
        return fresh ?? (await api.all<{ id: string; sender: string | null }>('/quarantine'))[0];
      },
      { what: 'a ticket or a line in the quarantine' },
    );
    expect(added.id).toBeTruthy();
    await expectHealthy();
  });

  const smuggling = [
    '\n.\n',
    '\n.\r\n',
    '\r.\r',
    '\r.\r\n',
    '\r\n.\r',
    '\r\n.\n',
    '\n.\r',
    '\r\n\0.\r\n',
    '\r\n.\0\r\n',
    '\n\n.\r\n',
    '\r\r.\r\n',
    '\r\n. \r\n',
  ];
  it.each(smuggling.map((end) => [JSON.stringify(end), end] as const))(
    'SMTP smuggling with %s: never a second message',
    async (_name, end) => {
      const [outer, inner] = [uniqueWord(), uniqueWord()];
      const second = `MAIL FROM:<admin@desk.test>\r\nRCPT TO:<${SUPPORT_ADDRESS}>\r\nDATA\r\nFrom: <admin@desk.test>\r\nSubject: ${inner}\r\n\r\nsmuggled\r\n`;
      const client = await SmtpClient.connect(desk.smtpPort);
      await client.command(`MAIL FROM:<${FROM}>`, 250);
      await client.command(`RCPT TO:<${SUPPORT_ADDRESS}>`, 250);
      await client.command('DATA', 354);
      client.write(`From: <${FROM}>\r\nSubject: ${outer}\r\n\r\nfirst${end}${second}.\r\n`);
      const { code } = await client.reply();
      expect(code === 250 || code >= 500).toBe(true);
      // Exactly one answer came: the next one belongs to this command.
      expect(await client.command('NOOP')).toMatchObject({ code: 250 });
      await client.quit();
      if (code === 250) expect(await messagesOf(api, (await ticketNamed(api, outer)).id)).toHaveLength(1);
      await expectHealthy();
      // It stands in the text of the outer one, and is nobody's subject.
      expect((await ticketsNamed(api, inner)).filter(({ name }) => name.includes(inner))).toEqual([]);
    },
  );

  it('what is unreadable is shown, with its original', async () => {
    const list = await api.all<{ id: string; code: string }>('/quarantine');
    for (const { id } of list) expect((await api.bytes(`/quarantine/${id}/raw`)).length).toBeGreaterThanOrEqual(0);
    const flood = await Promise.all(
      Array.from({ length: 12 }, () => {
        const headers = { 'Auto-Submitted': 'auto-generated' };
        return post(desk.smtpPort, { from: 'robot@customer.test', subject: `Alarm ${uniqueWord()}`, text: 'beep', headers });
      }),
    );
    expect(flood.every((answer) => answer.startsWith('250'))).toBe(true);
    expect(await parked(api, ({ code }) => code === 'flood', 'flood')).toMatchObject({ code: 'flood' });
    await expectHealthy();
  });
});

/** A text inside `depth` multiparts, with a file beside it. */
function nested(word: string, depth: number): string {
  let inner = `Content-Type: text/plain\r\n\r\ndeep inside\r\n`;
  for (let level = depth; level > 0; level -= 1) {
    const boundary = `b${level}`;
    const file =
      level === depth
        ? `--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64Lines(Buffer.from('file'))}`
        : '';
    inner = `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n--${boundary}\r\n${inner}\r\n${file}--${boundary}--\r\n`;
  }
  return `From: <${FROM}>\r\nSubject: ${word}\r\nMIME-Version: 1.0\r\n${inner}`;
}
