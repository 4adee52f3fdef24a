import { expect, test } from '@jest/globals';
import { contentHash } from './dedupe.js';

const mail = (trace: string, body = 'Hello\r\n'): Buffer =>
  Buffer.from(`${trace}Message-ID: <a@b.test>\r\nSubject: x\r\n y\r\n\r\n${body}`);

test('the same mail over two ways hashes alike', () => {
  const plain = contentHash(mail(''));
  expect(plain).toMatch(/^[0-9a-f]{64}$/);
  expect(contentHash(mail('Received: from a\r\n\tby b\r\nReturn-Path: <x@y>\r\nDelivered-To: q\r\n'))).toBe(plain);
  expect(
    contentHash(mail('ARC-Seal: i=1;\r\n b=2\r\nDKIM-Signature: v=1\r\nAuthentication-Results: mx; spf=pass\r\nX-Received: z\r\n')),
  ).toBe(plain);
});

test('the same Message-ID on other content hashes differently', () => {
  const plain = contentHash(mail(''));
  expect(contentHash(mail('', 'Hello!\r\n'))).not.toBe(plain);
  expect(contentHash(mail('From: someone@else.test\r\n'))).not.toBe(plain);
  expect(contentHash(Buffer.from('Subject: a\n\nReceived: in the body'))).not.toBe(contentHash(Buffer.from('Subject: a\n\n')));
});

test('bytes without a header are hashed too', () => {
  expect(contentHash(Buffer.alloc(0))).not.toBe(contentHash(Buffer.from('text only')));
});
