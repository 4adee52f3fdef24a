import { expect, test } from '@jest/globals';
import { contentDisposition, displayName, servedType } from './file-headers.js';

test.each(['text/html; charset=utf-8', 'image/svg+xml\r\nX: 1', 'application/xhtml+xml', 'image/svg+xml', ''])(
  '%j is served as unknown bytes',
  (type) => {
    expect(servedType(type)).toBe('application/octet-stream');
  },
);

test('pictures keep their type', () => expect(servedType('IMAGE/PNG; name=x')).toBe('image/png'));

test.each([
  ['..\\..\\etc/passwd', '.._.._etc_passwd'],
  ['a\u200b.html', 'a.html'],
  ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
  ['x\r\nSet-Cookie: a', 'xSet-Cookie: a'],
  ['\0', 'file'],
])('%j is shown as %j', (name, shown) => expect(displayName(name)).toBe(shown));

test('the header stays one line and keeps the name', () => {
  const header = contentDisposition('Über "x"\r\n.pdf', 'application/pdf');
  expect(header).toBe(`attachment; filename="_ber _x_.pdf"; filename*=UTF-8''%C3%9Cber%20%22x%22.pdf`);
});
