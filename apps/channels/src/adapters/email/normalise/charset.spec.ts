import { expect, test } from '@jest/globals';
import { canonicalCharset, cleanText, decodeBytes } from './charset.js';

test('knows the aliases mailers write', () => {
  expect(canonicalCharset('CP1252')).toBe('windows-1252');
  expect(canonicalCharset('ISO_8859-2:1987')).toBe('iso-8859-2');
  expect(canonicalCharset(' "UTF-8" ')).toBe('utf-8');
  expect(canonicalCharset('unknown-8bit')).toBe('');
});

test('falls back when the charset is missing, unknown or wrong', () => {
  expect(decodeBytes(Buffer.from('Grüße', 'latin1'), null)).toBe('Grüße');
  expect(decodeBytes(Buffer.from('Grüße', 'latin1'), 'x-no-such-charset')).toBe('Grüße');
  expect(decodeBytes(Buffer.from('Grüße'), 'x-no-such-charset')).toBe('Grüße');
  expect(decodeBytes(Buffer.from('Grüße'), 'us-ascii')).toBe('Grüße');
  expect(decodeBytes(Buffer.from('Grüße für Łódź'), 'iso-8859-1')).toBe('Grüße für Łódź');
  expect(decodeBytes(Buffer.from([0xb1, 0xe6]), null, 'iso-8859-2')).toBe('ąć');
});

test('decodes ISO-2022-JP, declared or not, and UTF-7', () => {
  const bytes = Buffer.from('\u001b$B$3$s\u001b(B', 'latin1');
  expect(decodeBytes(bytes, 'ISO-2022-JP')).toBe('こん');
  expect(decodeBytes(bytes, null)).toBe('こん');
  expect(decodeBytes(Buffer.from('Gr+APwA3w-e'), 'utf-7')).toBe('Grüße');
});

test('keeps NUL and lone surrogates out of text', () => {
  expect(cleanText('a\u0000b\ud800c')).toBe('ab\ufffdc');
});
