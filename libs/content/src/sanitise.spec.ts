import { expect, test } from '@jest/globals';
import { fastest } from '@helpdesk/testing';
import { htmlToText } from './html-text.js';
import { htmlProblem, MAX_HTML_LENGTH, sanitiseHtml } from './sanitise.js';

test('scripts, frames, forms, styles and handlers go, their harmless text stays', () => {
  const html = sanitiseHtml(
    '<style>p{}</style><script>bad()</script><base href=//e.test><form action=x><p onclick=x()>Your password <input><textarea>here</textarea></p></form><iframe src=x></iframe><svg onload=x><b>ok</b></svg>',
  );
  expect(html).toBe('<p>Your password here</p><b>ok</b>');
});

test('links open elsewhere and only go where it is safe', () => {
  expect(sanitiseHtml('<a href="https://x.test/a?b=1&amp;c">a</a>')).toBe(
    '<a href="https://x.test/a?b=1&amp;c" rel="noopener noreferrer" target="_blank">a</a>',
  );
  for (const url of [
    'java\nscript:x()',
    '&#106;avascript:x',
    ' vbscript:x',
    'data:text/html,x',
    '/tickets/1/delete',
    '//evil.test',
    'file:///etc/passwd',
    'x:y',
  ]) {
    expect(sanitiseHtml(`<a href="${url}">a</a>`)).toBe('<a>a</a>');
  }
  expect(sanitiseHtml('<b title=" javascript:x">b</b>')).toBe('<b>b</b>');
});

test('no picture loads by itself: remote addresses are kept aside, cid and embedded ones stay', () => {
  expect(sanitiseHtml('<img src="https://t.test/p.gif" srcset="https://t.test/2x 2x" alt=logo>')).toBe(
    '<img data-remote-src="https://t.test/p.gif" alt="logo" />',
  );
  expect(sanitiseHtml('<img src="//t.test/p.gif">')).toBe('<img data-remote-src="https://t.test/p.gif" />');
  expect(sanitiseHtml('<img src="cid:a@b">')).toBe('<img src="cid:a@b" />');
  expect(sanitiseHtml('<img src="data:image/png;base64,AA==">')).toBe('<img src="data:image/png;base64,AA==" />');
  expect(sanitiseHtml('<img src="data:image/svg+xml,<svg/>">')).toBe('<img />');
  expect(sanitiseHtml('<table background="https://t.test/x"><tr><td>a</td></tr></table>')).toBe('<table><tr><td>a</td></tr></table>');
});

test('inline styles are held to an allow-list', () => {
  const style = (css: string): string => sanitiseHtml(`<p style="${css}">a</p>`);
  expect(style('color:red; font-family: Calibri, "x"; margin:0 0 8px')).toContain('color:red');
  expect(style('color: rgb(1, 2, 3)')).toBe('<p style="color:rgb(1, 2, 3)">a</p>');
  for (const css of [
    'background:url(https://t.test)',
    'position:fixed',
    'width:expression(x)',
    'color:\\72 ed',
    'behavior:x',
    'background:image-set(x)',
    '-moz-binding:x',
  ]) {
    expect(style(css)).toBe('<p>a</p>');
  }
});

test('too big or too deep HTML is refused at once', async () => {
  expect(htmlProblem('<p>a</p>')).toBeNull();
  expect(htmlProblem('<td>'.repeat(5000))).toBeNull(); // sloppy tables are not deep
  expect(htmlProblem('x'.repeat(MAX_HTML_LENGTH + 1))).toBe('html_too_big');
  const deep = ['<b>'.repeat(600_000), '<div><span>'.repeat(100_000)];
  for (const html of deep) expect(htmlProblem(html)).toBe('html_too_deep');
  expect(await fastest(() => deep.map(htmlProblem))).toBeLessThan(200);
});

test('HTML becomes text with blocks, breaks and entities', () => {
  const { text } = htmlToText(
    sanitiseHtml('<div>Hi&nbsp;you<br>line  two</div><p>a &lt;b&gt; &amp; c</p><ul><li>one</li><li>two</li></ul><pre>  x\n y</pre>'),
  );
  expect(text).toBe('Hi you\nline two\n\na <b> & c\n\n- one\n- two\n\n  x\n y');
});

test('marks of mail programs are kept for quote trimming', () => {
  const read = htmlToText(
    sanitiseHtml('<div>Mine</div><div class="gmail_quote"><div class="gmail_attr">On … wrote:</div><blockquote>old</blockquote></div>'),
  );
  expect(read).toEqual({ text: 'Mine\nOn … wrote:\n\nold', unquoted: 'Mine', hasQuote: true });
  expect(htmlToText(sanitiseHtml('<p>Mine</p><hr><div id="divRplyFwdMsg">From: x</div><p>old</p>')).unquoted).toBe('Mine');
});
