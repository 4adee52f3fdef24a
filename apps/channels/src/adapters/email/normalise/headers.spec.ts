import { expect, test } from '@jest/globals';
import { fastest } from '@helpdesk/testing';
import { parseMessageIds, scanHeaders } from './headers.js';

const scan = (text: string): ReturnType<typeof scanHeaders> => scanHeaders(Buffer.from(text, 'latin1'));

test('reads folded ids, the sender and an encoded subject', () => {
  const found = scan(
    'Message-ID:\r\n <c@x.test>\r\nIn-Reply-To: <b@x.test>\r\nReferences: <a@x.test>\r\n\t<b@x.test>\r\n' +
      'Subject: =?utf-8?Q?Gr=C3=BC?=\r\n =?utf-8?Q?=C3=9Fe?= an alle\r\nFrom: "Lee, Ann" <ann@x.test>\r\n\r\nSubject: body\r\n',
  );
  expect(found).toEqual({
    messageId: 'c@x.test',
    inReplyTo: 'b@x.test',
    references: ['a@x.test', 'b@x.test'],
    threadRoot: 'a@x.test',
    subject: 'Grüße an alle',
    from: { address: 'ann@x.test', name: 'Lee, Ann' },
  });
});

test('an empty id is no id', () => {
  expect(scan('Message-ID: <>\nIn-Reply-To:\nReferences: <> < >\n\n')).toMatchObject({
    messageId: null,
    inReplyTo: null,
    references: [],
    threadRoot: null,
  });
  expect(parseMessageIds('<broken <a@b> text <c@d')).toEqual(['a@b', 'c@d']);
  expect(parseMessageIds('a@b, c@d')).toEqual(['a@b', 'c@d']);
});

test('reads raw 8-bit subjects as UTF-8, else as the charset of the body, else as windows-1252', () => {
  expect(scanHeaders(Buffer.from('Subject: Grüße\n\n')).subject).toBe('Grüße');
  expect(scan('Subject: Gr\u00fc\u00dfe\n\n').subject).toBe('Grüße');
  expect(scan('Content-Type: text/plain; charset=koi8-r\nSubject: \u00f0\u00d2\u00c9\n\n').subject).toBe('При');
  expect(scan('Subject: =?iso-8859-1?Q?Fr\u00f6sche?=\n\n').subject).toBe('Frösche');
});

test('encoded words cut inside a character are joined; broken ones stay as they are', () => {
  expect(scan('Subject: =?utf-8?B?w?= =?utf-8?B?w6k=?=\n\n').subject).toContain('é');
  expect(scan('Subject: =?utf-8?Q?=C3?= =?utf-8?Q?=A9?=\n\n').subject).toBe('é');
  expect(scan('Subject: =?utf-8?X?a?= =?broken\n\n').subject).toBe('=?utf-8?X?a?= =?broken');
});

test('gives something sensible for anything', () => {
  const nothing = { messageId: null, inReplyTo: null, references: [], threadRoot: null, subject: '', from: null };
  expect(scan('')).toEqual(nothing);
  expect(scan('just text\nSubject: no\n\nbody')).toEqual(nothing);
  expect(scan('\nSubject: behind the empty line')).toEqual(nothing);
  expect(scan('      \nSubject: behind a line of spaces\n\n').subject).toBe('behind a line of spaces');
});

test('stays linear on 1 MB headers of every shape', async () => {
  const shapes = [
    `X: ${'a'.repeat(1e6)}\nSubject: s\n\n`,
    `Subject: s\nX: y\n${' folded\n'.repeat(1e5)}\n`,
    `References: ${'<a@b> '.repeat(2e5)}\n\n`,
    `References: ${'<'.repeat(1e6)}\n\n`,
    `Subject: ${'=?utf-8?q?'.repeat(1e5)}\n\n`,
    `From: ${'a,'.repeat(5e5)}\n\n`,
    'X: y\n'.repeat(2e5),
  ];
  for (const shape of shapes) {
    // A busy machine needs 0.8 s for the slowest; what is quadratic in a million needs minutes.
    expect(await fastest(() => scan(shape))).toBeLessThan(5000);
  }
});
