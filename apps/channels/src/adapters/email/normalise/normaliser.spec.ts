import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MailNormaliser, MailNormaliserClosed } from './normaliser.js';

const MAIL = Buffer.from('From: Ann <ann@x.test>\nSubject: Broken\nMessage-ID: <a@x.test>\n\nHello');
const open: MailNormaliser[] = [];
const start = (...options: ConstructorParameters<typeof MailNormaliser>): MailNormaliser => {
  const normaliser = new MailNormaliser(...options);
  open.push(normaliser);
  return normaliser;
};

beforeAll(() => {
  const worker = join(process.cwd(), 'dist/apps/channels/src/adapters/email/normalise/worker.js');
  if (!existsSync(worker)) execFileSync(process.execPath, ['scripts/build.mjs', '--quiet']);
});

afterAll(async () => {
  for (const normaliser of open) await normaliser.close();
});

test('parses in a thread and hands the attachment over', async () => {
  const bytes = Buffer.alloc(200_000, 7);
  const mail = await start().normalise(
    Buffer.from(
      `Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n--b\nContent-Type: application/x-test; name=f.bin\nContent-Transfer-Encoding: base64\n\n${bytes.toString('base64')}\n--b--\n`,
    ),
  );
  expect(mail).toMatchObject({ subject: 'x', text: 'Hi', unreadable: null });
  expect(mail.attachments[0]).toMatchObject({ filename: 'f.bin', size: 200_000 });
  expect(Buffer.from(mail.attachments[0]?.content ?? []).equals(bytes)).toBe(true);
});

test('many mails at once keep their order and identity', async () => {
  const normaliser = start({ threads: 2 });
  const mails = await Promise.all(Array.from({ length: 60 }, (_, i) => normaliser.normalise(Buffer.from(`Subject: s${i}\n\nx`))));
  expect(mails.map((m) => m.subject)).toEqual(Array.from({ length: 60 }, (_, i) => `s${i}`));
});

test('a mail that takes too long comes back unreadable, and the next one is fine', async () => {
  const normaliser = start({ timeoutMs: 250 });
  await normaliser.normalise(MAIL).catch(() => null); // the first one pays for the start of the thread
  const slow = Buffer.from(
    `From: Ann <ann@x.test>\nSubject: slow\nContent-Type: multipart/mixed; boundary=b\n\n${`--b\nContent-Type: text/html\n\n${'&'.repeat(1_500_000)}\n`.repeat(12)}--b--`,
  );
  const mail = await normaliser.normalise(slow);
  expect(mail).toMatchObject({
    unreadable: { code: 'parse_timeout' },
    subject: 'slow',
    from: { address: 'ann@x.test', name: 'Ann' },
    automatic: { isAutomatic: true },
  });
  expect(mail.attachments).toMatchObject([{ filename: 'original.eml', size: slow.length }]);
  const patient = start();
  expect((await patient.normalise(MAIL)).unreadable).toBeNull();
});

test('a mail that eats the heap comes back unreadable, and the next one is fine', async () => {
  const normaliser = start({ maxHeapMb: 12 });
  const big = Buffer.from(`Subject: big\nContent-Type: text/html\n\n${'<p>é<b>x</b></p>'.repeat(120_000)}`);
  expect(await normaliser.normalise(big)).toMatchObject({ unreadable: { code: 'parse_memory' }, subject: 'big' });
  expect(await normaliser.normalise(MAIL)).toMatchObject({ unreadable: null, subject: 'Broken' });
});

test('close waits for the work and refuses more', async () => {
  const normaliser = new MailNormaliser();
  const running = normaliser.normalise(MAIL);
  await normaliser.close();
  expect((await running).subject).toBe('Broken');
  await expect(normaliser.normalise(MAIL)).rejects.toBeInstanceOf(MailNormaliserClosed);
});
