import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { byteRange, slice } from './byte-range.js';

test.each([
  ['bytes=0-0', { from: 0, to: 0 }],
  ['bytes=2-', { from: 2, to: 9 }],
  ['bytes=-3', { from: 7, to: 9 }],
  ['bytes=-99', { from: 0, to: 9 }],
  ['bytes=5-99', { from: 5, to: 9 }],
  ['bytes=10-', null],
  ['bytes=-0', null],
  ['bytes=5-2', undefined],
  ['bytes=0-1,3-4', undefined],
  ['items=0-1', undefined],
  ['bytes=-', undefined],
  [undefined, undefined],
])('%s of ten bytes', (header, expected) => expect(byteRange(header, 10)).toEqual(expected));

test('cuts across chunks', async () => {
  const stream = Readable.from(['abcd', 'efgh', 'ij'].map((text) => Buffer.from(text)));
  const parts = await slice(stream, { from: 3, to: 8 }).toArray();
  expect(Buffer.concat(parts as Buffer[]).toString()).toBe('defghi');
});
