import { expect, test } from '@jest/globals';
import { fileLink, readFileLink } from './file-link.js';
import { Keys } from './keys.js';

const keys = new Keys('a secret for this test only');
const file = { sha256: 'ab'.repeat(32), filename: 'Rechnung „1“.pdf', contentType: 'application/pdf' };
const token = (now?: number) => fileLink(keys, file, now).slice('/public/files/'.length);

test('a link gives its file back', () => expect(readFileLink(keys, token())).toEqual(file));
test('a link of another secret, a changed or an old one gives nothing', () => {
  expect(readFileLink(new Keys('another secret of a test'), token())).toBeNull();
  expect(readFileLink(keys, `x${token()}`)).toBeNull();
  expect(readFileLink(keys, 'nonsense')).toBeNull();
  expect(readFileLink(keys, token(Date.now() - 8 * 24 * 60 * 60 * 1000))).toBeNull();
});
