import { expect, test } from '@jest/globals';
import { parseMail } from './parse.js';
import { unpackTnef } from './tnef.js';

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function attribute(level: number, tag: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([level]), u32(tag), u32(value.length), value, u16(value.reduce((sum, b) => sum + b, 0) & 0xffff)]);
}

/** A variable-length MAPI property, padded to four bytes. */
function property(type: number, id: number, value: Buffer): Buffer {
  return Buffer.concat([u16(type), u16(id), u32(1), u32(value.length), value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

const HEAD = Buffer.concat([u32(0x223e9f78), u16(1)]);
const DATA = Buffer.from([1, 2, 3, 0, 255]);
const RENDER = attribute(2, 0x00069002, Buffer.alloc(14));
const longName = property(0x1f, 0x3707, Buffer.from('Übersicht lang.pdf\0', 'utf16le'));
const FILE = Buffer.concat([
  RENDER,
  attribute(2, 0x00018010, Buffer.from('SHORT~1.PDF\0')),
  attribute(2, 0x0006800f, DATA),
  attribute(2, 0x00069005, Buffer.concat([u32(1), longName])),
]);

test('unpacks files with their long names and exact bytes, and the message text', () => {
  const second = Buffer.concat([
    RENDER,
    attribute(2, 0x00018010, Buffer.from('C:\\tmp\\b.txt\0')),
    attribute(2, 0x0006800f, Buffer.from('b')),
  ]);
  const { files, text } = unpackTnef(Buffer.concat([HEAD, attribute(1, 0x0002800c, Buffer.from('Hello\0')), FILE, second]));
  expect(files.map((f) => f.filename)).toEqual(['Übersicht lang.pdf', 'b.txt']);
  expect(files[0]?.content.equals(DATA)).toBe(true);
  expect(text).toBe('Hello');
});

test('data kept in a property, and a message inside the message', () => {
  const inner = Buffer.concat([HEAD, FILE]);
  const wrap = (object: Buffer): Buffer =>
    Buffer.concat([
      HEAD,
      RENDER,
      attribute(2, 0x00018010, Buffer.from('x.bin\0')),
      attribute(2, 0x00069005, Buffer.concat([u32(1), property(0x0d, 0x3701, Buffer.concat([Buffer.alloc(16), object]))])),
    ]);
  expect(unpackTnef(wrap(DATA)).files).toMatchObject([{ filename: 'x.bin' }]);
  expect(unpackTnef(wrap(inner)).files).toMatchObject([{ filename: 'Übersicht lang.pdf' }]);
  let nested: Buffer = inner;
  for (let i = 0; i < 40; i++) nested = wrap(nested);
  expect(unpackTnef(nested).files).toEqual([]);
});

test('a cut or wild container gives what can be read and never throws', () => {
  const whole = Buffer.concat([HEAD, FILE, FILE]);
  for (let length = 0; length < whole.length; length++) expect(unpackTnef(whole.subarray(0, length)).files.length).toBeLessThanOrEqual(2);
  for (let i = 6; i < whole.length; i++) {
    const wild = Buffer.from(whole);
    wild.fill(0xff, i, Math.min(i + 4, whole.length));
    expect(unpackTnef(wild).files.length).toBeLessThanOrEqual(3);
  }
  expect(unpackTnef(Buffer.from('no tnef at all')).files).toEqual([]);
});

test('the files of a winmail.dat stand beside it', async () => {
  const container = Buffer.concat([HEAD, FILE]).toString('base64');
  const mail = await parseMail(
    Buffer.from(`Subject: x\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n${container}\n`),
  );
  expect(mail.attachments.map((a) => [a.filename, a.unpackedFrom, a.size])).toEqual([
    ['winmail.dat', null, Buffer.from(container, 'base64').length],
    ['Übersicht lang.pdf', 'winmail.dat', 5],
  ]);
});
