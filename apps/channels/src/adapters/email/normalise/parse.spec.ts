import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { NormalisedMail } from './normalised-mail.js';
import { parseMail } from './parse.js';

const parse = (text: string): Promise<NormalisedMail> => parseMail(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'));
const names = (mail: NormalisedMail): string[] => mail.attachments.map((a) => a.filename);

const HEAD =
  'From: Ann Lee <ann@x.test>\nTo: support@y.test\nSubject: Broken\nDate: Mon, 3 Mar 2025 10:15:00 +0100\nMessage-ID: <a@x.test>\nMIME-Version: 1.0\n';

test('a plain mail', async () => {
  const mail = await parse(
    `${HEAD}Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=C3=9Fe =\nan alle\n--=20\nAnn\n`,
  );
  expect(mail).toMatchObject({
    subject: 'Broken',
    from: { address: 'ann@x.test', name: 'Ann Lee' },
    to: [{ address: 'support@y.test', name: '' }],
    date: '2025-03-03T09:15:00Z',
    messageId: 'a@x.test',
    charset: 'utf-8',
    text: 'Grüße an alle\n-- \nAnn\n',
    visibleText: 'Grüße an alle',
    html: null,
    unreadable: null,
    warnings: [],
  });
});

test('alternatives: text and sanitised HTML, quote found by the structure of the HTML', async () => {
  const mail = await parse(
    `${HEAD}Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nMine\nAnn, last week:\nold\n--b\nContent-Type: text/html\n\n<p onclick=x()>Mine</p><blockquote type="cite">old</blockquote>\n--b--\n`,
  );
  expect(mail.text).toBe('Mine\nAnn, last week:\nold');
  expect(mail.html).toBe('<p>Mine</p><blockquote data-mail="quote" type="cite">old</blockquote>');
  expect(mail).toMatchObject({ visibleText: 'Mine', hasQuote: true, attachments: [] });
});

test('HTML only: the text is derived', async () => {
  expect(await parse(`${HEAD}Content-Type: text/html\n\n<p>Hi<br>you</p>`)).toMatchObject({ text: 'Hi\nyou', html: '<p>Hi<br />you</p>' });
});

test('every leaf is shown or listed; nested mails are files; bytes are exact', async () => {
  const bytes = Buffer.from([0, 1, 2, 255, 254, 10, 13]);
  const mail = await parse(
    `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nText\n--b\nContent-Type: image/png; name=p.png\nContent-Transfer-Encoding: base64\nContent-ID: <p@x>\nContent-Disposition: inline\n\n${bytes.toString('base64')}\n` +
      "--b\nContent-Type: message/rfc822\n\nSubject: Inner mail\n\ninside\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*0*=utf-8''%C3%BCber; filename*1=sicht.pdf\n\nx\n--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n--b\nContent-Type: application/x-empty\n\n--b--\n",
  );
  expect(names(mail)).toEqual(['p.png', 'Inner mail.eml', 'übersicht.pdf', 'attachment-4.ics', 'attachment-5.bin']);
  expect(mail.attachments[0]).toMatchObject({
    size: 7,
    inline: true,
    contentId: 'p@x',
    contentType: 'image/png',
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  expect(Buffer.from(mail.attachments[1]?.content ?? []).toString()).toBe('Subject: Inner mail\r\n\r\ninside\r\n');
  expect(mail.text).toBe('Text');
});

test('broken structure loses nothing', async () => {
  expect(await parse(`${HEAD}Content-Type: multipart/mixed; boundary=never\n\nOnly text here\n`)).toMatchObject({
    text: 'Only text here\n',
    attachments: [],
  });
  expect(await parse(`${HEAD}Content-Type: multipart/mixed\n\nNo boundary at all\n`)).toMatchObject({ text: 'No boundary at all\n' });
  expect(await parse(`${HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nnever closed`)).toMatchObject({
    text: 'never closed',
  });
  expect(await parse('no header at all\nSecond line\n\nThird')).toMatchObject({
    text: 'no header at all\nSecond line\n\nThird',
    subject: '',
    from: null,
    warnings: ['no_header'],
  });
  expect(await parse('')).toMatchObject({ text: '', subject: '', messageId: null, unreadable: null });
});

test('text never holds NUL or invalid UTF-8', async () => {
  const mail = await parse('Subject: a\u0000b\nContent-Type: text/html\n\n<p>x\u0000y&#xD800;</p>');
  expect(mail.subject).toBe('ab');
  expect(mail.text).not.toContain('\u0000');
  expect(Buffer.from(mail.text).toString()).toBe(mail.text);
});

test('limits: parts, depth, recipients, HTML; the original is attached when something had to be left out', async () => {
  const parts = await parse(`${HEAD}Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(3000)}--b--\n`);
  expect(parts.warnings).toEqual(['too_many_parts']);
  expect(names(parts)).toEqual(['original.eml']);
  const level = (i: number): string => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`;
  const nest = (levels: number): string => `${HEAD}${Array.from({ length: levels }, (_, i) => level(i)).join('')}\ndeep text`;
  expect(await parse(nest(50))).toMatchObject({ text: 'deep text', warnings: [] });
  expect(await parse(nest(51))).toMatchObject({ warnings: ['too_deep'] });
  const many = await parse(`Subject: x\nTo: ${Array.from({ length: 10_000 }, (_, i) => `u${i}@x.test`).join(',\n ')}\n\nx`);
  expect(many.to).toHaveLength(10_000);
  expect(many.warnings).toEqual([]);
  const deep = await parse(`${HEAD}Content-Type: text/html\n\n${'<div>'.repeat(5000)}Text`);
  expect(deep).toMatchObject({ html: null, text: 'Text', warnings: ['html_too_deep'] });
  const big = await parse(`${HEAD}Content-Type: text/html\n\n<p>${'Text '.repeat(500_000)}</p>`);
  expect(big).toMatchObject({ html: null, warnings: ['html_too_big'] });
});

test('random and mutated bytes always give a mail', async () => {
  let seed = 42;
  const random = (n: number): number => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) % n;
  const base = Buffer.from(
    `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n\n<p>Hi</p>\n--b\nContent-Type: image/png; name="=?utf-8?Q?=C3=A9?="\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n`,
  );
  for (let i = 0; i < 500; i++) {
    const copy = Buffer.from(base);
    for (let k = 0; k < 1 + random(20); k++) copy[random(copy.length)] = random(256);
    const mail = await parseMail(copy);
    expect(mail.unreadable).toBeNull();
    expect(JSON.stringify(mail)).not.toContain('\\u0000');
  }
  const noise = await parseMail(Buffer.from(Array.from({ length: 100_000 }, () => random(256))));
  expect(noise.text).not.toContain('\u0000');
});

test('names of JavaScript itself are data like any other', async () => {
  for (const word of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    const mail = await parse(
      `Subject: x\nDate: Mon, 3 Mar 2025 10:15:00 ${word}\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=${word}\n\n<p class="${word}" id="${word}" ${word}=x>Hi</p>\n--b\nContent-Type: ${word}; ${word}=x\n\nfile\n--b--\n`,
    );
    expect(mail).toMatchObject({ html: '<p>Hi</p>', text: 'Hi', unreadable: null });
    expect(mail.attachments).toHaveLength(1);
  }
});
